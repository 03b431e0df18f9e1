// SPDX-License-Identifier: MIT
#include "worker_pool.h"

#include <ghostcard/scenarios/run.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstring>

#include <array>
#include <iterator>
#include <list>
#include <string_view>
#include <system_error>
#include <utility>  // Boost 1.74's awaitable.hpp wants it, and does not include it

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds cancellation_poll{50};

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

[[noreturn]] void work_and_end(const Task& task, int answer_end, pid_t parent) {
    answer_end = dup2(answer_end, STDERR_FILENO + 1);  // of what the parent has open it needs nothing else
    close_range(STDERR_FILENO + 2, ~0u, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever kills the sweep kills its points
    if (getppid() != parent) _exit(1);
    const std::string answer = task.work();
    for (std::string_view rest = answer; !rest.empty();) {
        const ssize_t written = write(answer_end, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) _exit(1);
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    _exit(0);
}

std::string death_of(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? "" : fmt::format("exited with status {}", WEXITSTATUS(status));
}

/// A process, its answer and its time limit.
class Worker {
public:
    Worker(asio::io_context& context, const Task& task, std::chrono::milliseconds timeout)
        : number_(task.number), pipe_(context), process_(context), limit_(context, timeout) {
        std::array<int, 2> ends{};
        checked(pipe2(ends.data(), O_CLOEXEC), "pipe2");
        const pid_t parent = getpid();
        context.notify_fork(asio::io_context::fork_prepare);
        process_id_ = checked(fork(), "fork");
        if (process_id_ == 0) work_and_end(task, ends[1], parent);
        context.notify_fork(asio::io_context::fork_parent);
        close(ends[1]);
        pipe_.assign(ends[0]);
        process_.assign(checked(static_cast<int>(syscall(SYS_pidfd_open, process_id_, 0)), "pidfd_open"));
    }
    ~Worker() {
        // Asio leaves it to close() to end the watch over a descriptor, which it does not while another process, forked
        // meanwhile, holds it too.
        for (auto* const descriptor : {&pipe_, &process_})
            if (descriptor->is_open()) close(descriptor->release());
        if (process_id_ == 0) return;
        kill(process_id_, SIGKILL);
        waitpid(process_id_, nullptr, 0);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start(std::function<void()> when_over) {
        when_over_ = std::move(when_over);
        read();
        process_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code error) {
            if (!error) reap();
        });
        limit_.async_wait([this](error_code error) {
            if (error || process_id_ == 0) return;  // it may have ended since the timer did
            timed_out_ = true;
            kill(process_id_, SIGKILL);
        });
    }

    Ended ended() const { return {number_, answer_, timed_out_ ? "" : death_, timed_out_}; }

private:
    void read() {
        pipe_.async_read_some(asio::buffer(buffer_), [this](error_code error, std::size_t bytes) {
            answer_.append(buffer_.data(), bytes);
            if (!error) return read();
            has_answered_ = true;
            end_if_over();
        });
    }

    void reap() {
        int status = 0;
        checked(waitpid(process_id_, &status, 0), "waitpid");
        process_id_ = 0;
        death_ = death_of(status);
        end_if_over();
    }

    void end_if_over() {
        if (process_id_ != 0 || !has_answered_) return;
        limit_.cancel();
        when_over_();
    }

    const std::uint64_t number_;
    pid_t process_id_ = 0;  ///< 0 once it has been waited for.
    asio::posix::stream_descriptor pipe_, process_;
    asio::steady_timer limit_;
    std::array<char, 16'384> buffer_{};
    std::string answer_, death_;
    bool has_answered_ = false, timed_out_ = false;
    std::function<void()> when_over_;
};

/// The processes that are under way, and a timer that asks whether they should be.
class Pool {
public:
    Pool(std::chrono::milliseconds timeout, const std::function<std::optional<Task>()>& next,
         const std::function<void(const Ended&)>& ended, const std::function<bool()>& is_cancelled)
        : timeout_(timeout), next_(next), ended_(ended), is_cancelled_(is_cancelled), poll_(context_) {}

    void run(unsigned processes) {
        processes_ = processes;
        fill();
        watch();
        context_.run();
    }

private:
    void fill() {
        while (workers_.size() < processes_ && !is_cancelled_()) {
            const std::optional<Task> task = next_();
            if (!task) return;
            workers_.emplace_back(context_, *task, timeout_);
            const auto worker = std::prev(workers_.end());
            worker->start([this, worker] { asio::post(context_, [this, worker] { end(worker); }); });
        }
    }

    void end(std::list<Worker>::iterator worker) {
        const Ended ended = worker->ended();
        workers_.erase(worker);
        fill();  // no processor waits for what is made of the answer...
        if (!is_cancelled_()) ended_(ended);
        fill();  // ...but a task may
        if (workers_.empty()) poll_.cancel();
    }

    void watch() {
        if (workers_.empty()) return;
        poll_.expires_after(cancellation_poll);
        poll_.async_wait([this](error_code error) {
            if (error) return;
            if (is_cancelled_()) return context_.stop();
            watch();
        });
    }

    unsigned processes_ = 0;
    const std::chrono::milliseconds timeout_;
    const std::function<std::optional<Task>()>& next_;
    const std::function<void(const Ended&)>& ended_;
    const std::function<bool()>& is_cancelled_;
    asio::io_context context_{1};
    asio::steady_timer poll_;
    std::list<Worker> workers_;
};

}  // namespace

void work_in_processes(unsigned processes, std::chrono::milliseconds timeout,
                       const std::function<std::optional<Task>()>& next, const std::function<void(const Ended&)>& ended,
                       const std::function<bool()>& is_cancelled) {
    const std::function<bool()> never = [] { return false; };
    Pool(timeout, next, ended, is_cancelled ? is_cancelled : never).run(processes);
    if (is_cancelled && is_cancelled()) throw Cancelled();
}

}  // namespace ghostcard::scenarios
