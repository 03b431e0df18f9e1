// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/host_memory.h>
#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/register_access.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/remote/client.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

/// What a driver asks of a machine (the ports of base/), for a device behind a socket. All of it is for one thread.
namespace ghostcard::remote {

/// A region of the device as 32-bit registers.
class RegionWindow : public RegisterAccess {
public:
    RegionWindow(Client& client, std::uint32_t region) : client_(client), region_(region) {}
    std::uint32_t read(std::uint32_t offset) override;
    void write(std::uint32_t offset, std::uint32_t value) override;

private:
    Client& client_;
    const std::uint32_t region_;
};

/// Bus addresses are physical ones, and the device reaches only what is mapped: as Linux's vfio without an allocator of
/// bus addresses.
class ClientTranslation : public Translation {
public:
    /// Shared: the server is given the memory's file. Otherwise it has to ask for each transfer by a message.
    enum class Sharing { file, messages };

    /// Both must outlive it.
    ClientTranslation(Client& client, const HostMemory& memory, Sharing sharing);

    std::optional<std::uint64_t> constant_offset() const override { return 0; }
    /// Nothing, as on any translation, if the constraints do not allow it; also if a page has been mapped already.
    std::optional<BusAddress> map(PhysicalRange pages, DmaDirection direction,
                                  const DmaConstraints& constraints) override;
    void unmap(BusRange range) override;

private:
    std::span<std::byte> find(BusRange range, bool write) const;

    struct Mapping {
        BusRange range;
        DmaDirection direction;
    };

    Client& client_;
    const HostMemory& memory_;
    const Sharing sharing_;
    std::map<BusAddress, Mapping> mappings_;  ///< By their base; disjoint.
};

/// The processor that runs a driver in this process: its program goes on in real time, and its interrupt handler is
/// called whenever the program waits.
class ClientCpu : public Clock, public InterruptSource {
public:
    explicit ClientCpu(Client& client);

    /// Waits until `done`, which is asked after each interrupt. False: it took longer than that.
    bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds longest);

    // Clock
    Duration now() const override;
    void stall(Duration duration) override;
    void charge_copy(std::uint64_t) override {}

    // InterruptSource
    void connect(InterruptHandler& handler) override;
    void disconnect() override;
    /// Any will do: the server signals an eventfd in its place. Who has asked for it is given messages by the next
    /// connect(), and the line otherwise.
    std::optional<InterruptMessage> message() override;
    void queue_deferred() override { deferred_queued_ = true; }

    std::uint64_t interrupts() const { return interrupts_; }

private:
    struct Source {
        std::uint32_t index;
        FileDescriptor eventfd;
    };

    void dispatch(std::chrono::nanoseconds longest);
    void service();

    Client& client_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    Source line_, messages_;
    InterruptHandler* handler_ = nullptr;
    const Source* source_ = nullptr;  ///< While a handler is connected.
    bool wants_messages_ = false;
    bool in_handler_ = false;
    bool deferred_queued_ = false;
    std::uint64_t interrupts_ = 0;
};

}  // namespace ghostcard::remote
