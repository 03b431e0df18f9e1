// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/interrupt_source.h>

#include <optional>
#include <utility>

namespace ghostcard::test {

/// An interrupt that waits for the test to let it come.
class FakeInterrupts final : public InterruptSource {
public:
    void connect(InterruptHandler& handler) override { handler_ = &handler; }
    void disconnect() override { handler_ = nullptr; }
    std::optional<InterruptMessage> message() override { return offered; }
    void queue_deferred() override { queued_ = true; }

    bool connected() const { return handler_ != nullptr; }
    /// One call of the service routine; false also if there is none.
    bool interrupt() { return handler_ != nullptr && handler_->interrupt(); }
    /// The queued deferred call, if there is one.
    bool run_deferred() {
        if (handler_ == nullptr || !std::exchange(queued_, false)) return false;
        handler_->deferred();
        return true;
    }

    std::optional<InterruptMessage> offered = InterruptMessage{0xfee0'1000, 0x4031};

private:
    InterruptHandler* handler_ = nullptr;
    bool queued_ = false;
};

}  // namespace ghostcard::test
