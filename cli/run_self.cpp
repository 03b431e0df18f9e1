// SPDX-License-Identifier: MIT
#include "run_self.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace ghostcard::cli {

ExitStatus run_self(const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"ghostcard"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);

    pid_t child = 0;
    if (const int error = posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, pointers.data(), environ); error != 0)
        throw std::system_error(error, std::generic_category(), "starting a run");
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waiting for a run");
    if (WIFSIGNALED(status)) {
        std::signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    return static_cast<ExitStatus>(WEXITSTATUS(status));
}

}  // namespace ghostcard::cli
