// Proves that the headers of third_party/ fit the pinned host. When this fails after an update of
// the pin, the header named by the test suite has to be brought up to date, and its users reviewed;
// third_party/README.md says how.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
