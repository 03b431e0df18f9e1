// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/catch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace ghostcard::tests {

/// Failed assertions of this process so far; counted by a listener in test_main.cpp.
extern unsigned failed_assertions;

/// Runs the body in a child: a simulation cannot be elaborated twice in one process, and neither can a crash be
/// survived. Assertions in the body print as usual and fail the test.
template <class Body>
void in_own_process(Body body) {
    std::cout.flush();
    std::fflush(nullptr);
    const unsigned failed_before = failed_assertions;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        bool completed = false;
        try {
            body();
            completed = true;
        } catch (const std::exception& error) {
            std::cerr << "unexpected exception: " << error.what() << '\n';
        } catch (...) {  // a REQUIRE that has failed, and is reported
        }
        const int status = completed && failed_assertions == failed_before ? EXIT_SUCCESS : EXIT_FAILURE;
        std::cout.flush();
        std::fflush(nullptr);
        _exit(status);  // what Catch holds in the parent is not this process's to tidy up, or to report as leaked
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS));
}

}  // namespace ghostcard::tests
