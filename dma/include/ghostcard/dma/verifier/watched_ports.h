// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/irql.h>
#include <ghostcard/base/register_access.h>
#include <ghostcard/dma/verifier/dma_verifier.h>

#include <cstdint>

namespace ghostcard::dma {

/// The card's registers as the driver uses them, reported to the verifier on the way.
class WatchedRegisters final : public RegisterAccess {
public:
    /// Both must outlive it.
    WatchedRegisters(RegisterAccess& registers, DmaVerifier& verifier) : registers_(registers), verifier_(verifier) {}

    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;
    void called_at(const SourceLocation& location) override { location_ = location; }

private:
    RegisterAccess& registers_;
    DmaVerifier& verifier_;
    std::uint64_t address_ = 0;  ///< As last written.
    std::uint32_t length_ = 0;
    SourceLocation location_ = SourceLocation::current("", "", 0);
};

/// The card's interrupt, which tells the verifier of each, and the driver's level while it handles it.
class WatchedInterrupts final : public InterruptSource, private InterruptHandler {
public:
    /// All must outlive it.
    WatchedInterrupts(InterruptSource& source, DmaVerifier& verifier, IrqlState& irql)
        : source_(source), verifier_(verifier), irql_(irql) {}

    void connect(InterruptHandler& handler) override;
    void disconnect() override;
    std::optional<InterruptMessage> message() override;
    void queue_deferred() override { source_.queue_deferred(); }

private:
    bool interrupt() override;
    void deferred() override;

    InterruptSource& source_;
    DmaVerifier& verifier_;
    IrqlState& irql_;
    InterruptHandler* handler_ = nullptr;
    bool by_message_ = false;
};

}  // namespace ghostcard::dma
