// SPDX-License-Identifier: MIT
#include "machine_settings.h"
#include "served/pace_keeper.h"
#include "served/peer_memory.h"
#include "served/served_card.h"

#include <ghostcard/base/input_error.h>
#include <ghostcard/model/video_input.h>
#include <ghostcard/platform/machine.h>
#include <ghostcard/remote/server.h>
#include <ghostcard/scenarios/serve.h>

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::scenarios {
namespace {

/// The card and all that it needs, behind a socket.
class Service {
public:
    Service(const Scenario& scenario, const ServeOptions& options, std::shared_ptr<spdlog::logger> log)
        : Service(scenario, options, std::move(log), std::make_unique<PeerMemory>()) {}

    void run() {
        machine_.run([this] { serve(); }, Duration::max());
    }

private:
    Service(const Scenario& scenario, const ServeOptions& options, std::shared_ptr<spdlog::logger> log,
            std::unique_ptr<PeerMemory> memory)
        : options_(options),
          memory_(*memory),
          machine_(machine_settings(scenario), video(scenario), std::move(memory)),
          card_(machine_, memory_, *log),
          pace_(options.pace, machine_, card_, *log),
          server_(options.socket, card_, std::move(log)) {
        card_.connect(server_);
        machine_.add_load([](bus::RequesterId) -> BusAddress {
            throw InputError(
                "bus.load.target is 'memory'; allowed for a card that is served: 'device', since memory is "
                "the client's");
        });
    }

    static model::VideoInput video(const Scenario& scenario) {
        return {model::open_signal({scenario.video.mode, scenario.video.source, scenario.driver.pixel_format},
                                   scenario.seed),
                scenario.seed, scenario.video.frames, true};
    }

    /// What runs on the simulated CPU: each of the client's accesses is one of its own.
    void serve() {
        bool was_attached = false;
        while (!options_.is_cancelled || !options_.is_cancelled()) {
            const bool time_may_pass = server_.attached() && server_.settled();
            server_.serve_until(time_may_pass ? pace_.idle_until() : PaceKeeper::WallClock::now() + idle_time);
            if (server_.attached() && !was_attached) pace_.start_over();
            was_attached = server_.attached();
            if (was_attached && server_.settled()) pace_.advance();
        }
    }

    const ServeOptions& options_;
    PeerMemory& memory_;
    platform::Machine machine_;
    ServedCard card_;
    PaceKeeper pace_;
    remote::Server server_;
};

}  // namespace

void serve_scenario(const Scenario& scenario, const ServeOptions& options, std::shared_ptr<spdlog::logger> log) {
    Service(scenario, options, std::move(log)).run();
}

}  // namespace ghostcard::scenarios
