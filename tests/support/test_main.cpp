// SPDX-License-Identifier: MIT
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_RUNNER
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#endif

namespace ghostcard::tests {

extern unsigned failed_assertions;
unsigned failed_assertions = 0;

namespace {

#if __has_include(<catch2/catch_all.hpp>)
struct FailureCounter : Catch::EventListenerBase {
    using EventListenerBase::EventListenerBase;
    void assertionEnded(const Catch::AssertionStats& stats) override {
        failed_assertions += !stats.assertionResult.isOk();
    }
};
#else
struct FailureCounter : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    bool assertionEnded(const Catch::AssertionStats& stats) override {
        failed_assertions += !stats.assertionResult.isOk();
        return true;
    }
};
#endif
CATCH_REGISTER_LISTENER(FailureCounter)

}  // namespace
}  // namespace ghostcard::tests

// libsystemc brings a main of its own, which wants this; ours wins, and this is never called.
extern "C" int sc_main(int, char*[]) { return 1; }

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
