// SPDX-License-Identifier: MIT
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

// libsystemc brings a main of its own, which wants this; ours wins, and this is never called.
extern "C" int sc_main(int, char*[]) { return 1; }  // NOLINT

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
