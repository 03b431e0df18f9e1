// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/own_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <stdexcept>
#include <string>

namespace ghostcard::tests {

/// What the body returns, run in a child. Throws std::runtime_error if the child fails in any way.
template <class Body>
std::string answer_of_own_process(Body body) {
    std::cout.flush();
    std::fflush(nullptr);
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no child process");
    if (child == 0) {
        close(ends[0]);
        int status = EXIT_FAILURE;
        try {
            const std::string answer = body();
            std::size_t sent = 0;
            while (sent < answer.size()) {
                const ssize_t n = write(ends[1], answer.data() + sent, answer.size() - sent);
                if (n <= 0) break;
                sent += static_cast<std::size_t>(n);
            }
            status = sent == answer.size() ? EXIT_SUCCESS : EXIT_FAILURE;
        } catch (const std::exception& error) {
            std::cerr << "unexpected exception: " << error.what() << '\n';
        }
        std::cout.flush();
        std::fflush(nullptr);
        _exit(status);
    }
    close(ends[1]);
    std::string answer;
    std::array<char, 65536> part{};
    for (ssize_t n = 0; (n = read(ends[0], part.data(), part.size())) > 0;)
        answer.append(part.data(), static_cast<std::size_t>(n));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) throw std::runtime_error("the child failed");
    return answer;
}

}  // namespace ghostcard::tests
