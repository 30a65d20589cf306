// The one place that compiles the non-template parts of Beast.
#include <boost/beast/src.hpp>
