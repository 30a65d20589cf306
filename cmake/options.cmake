# Compiler settings that hold for every target, and the options a preset sets.
option(CROSSFADE_TESTS "Build the unit and property tests" ON)
set(CROSSFADE_SANITIZE "" CACHE STRING "Value of -fsanitize=, e.g. address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "Crossfade is built with clang 19: g++ 12 miscompiles coroutines. Use a preset.")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                    -Woverloaded-virtual -Wunused -Wimplicit-fallthrough -Werror
                    # aggregates with defaults are named field by field where it matters
                    -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                        BOOST_ASIO_NO_DEPRECATED SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
add_link_options(-fuse-ld=lld-19)

if(CROSSFADE_SANITIZE)
  add_compile_options(-fsanitize=${CROSSFADE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CROSSFADE_SANITIZE})
  add_compile_definitions(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
endif()
