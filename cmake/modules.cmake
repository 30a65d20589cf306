# crossfade_module(NAME [DEPS module...] [LIBS library...])
#
# One static library per folder. DEPS are the only other modules whose headers it may include: each
# module sees the source root through its dependencies' include scopes only for linking, and
# tests/checks/module_rules.sh holds the include lines against the same lists.
function(crossfade_module name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(crossfade_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(crossfade_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(crossfade_${name} ${scope} ${PROJECT_SOURCE_DIR})
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(crossfade_${name} ${scope} crossfade_${dep})
  endforeach()
  target_link_libraries(crossfade_${name} ${scope} ${ARG_LIBS})
endfunction()
