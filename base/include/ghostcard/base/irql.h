// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ghostcard {

/// Windows' interrupt request level of the code that runs: what may interrupt it, and what it may call.
enum class Irql : std::uint8_t {
    passive = 0,   ///< A thread, which may wait.
    apc = 1,       ///< Asynchronous procedure calls.
    dispatch = 2,  ///< Deferred procedure calls, and whoever holds a spin lock: no waiting.
    device = 5,    ///< Interrupt service; any level above dispatch.
};

/// Whoever knows at which level the calling code runs: the processor.
class IrqlSource {
public:
    virtual ~IrqlSource() = default;
    virtual Irql irql() const = 0;
};

/// A level that is set by hand, where no processor is simulated.
class IrqlState final : public IrqlSource {
public:
    Irql irql() const override { return level_; }

    /// Runs at another level until it goes (Windows: KeRaiseIrql and KeLowerIrql).
    class Raised {
    public:
        Raised(IrqlState& state, Irql level) : state_(state), before_(state.level_) { state.level_ = level; }
        ~Raised() { state_.level_ = before_; }
        Raised(const Raised&) = delete;
        Raised& operator=(const Raised&) = delete;

    private:
        IrqlState& state_;
        const Irql before_;
    };
    void set(Irql level) { level_ = level; }

private:
    Irql level_ = Irql::passive;
};

}  // namespace ghostcard
