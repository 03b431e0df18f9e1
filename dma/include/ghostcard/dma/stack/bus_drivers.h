// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/dma/stack/io_manager.h>

#include <memory>
#include <optional>

namespace ghostcard::dma {

/// The PDO that the PCI bus driver (pci.sys) makes for a card, and its answer to the query for the bus interface.
class PciPdo final : public DeviceObject {
public:
    /// Reports itself. The I/O manager must outlive it.
    explicit PciPdo(IoManager& io);
    ~PciPdo() override;

    NtStatus query_bus_interface(BusInterface& answer) override;
    std::optional<InterfaceType> legacy_bus_type() const override { return InterfaceType::pci_bus; }
    std::int64_t references() const { return references_.count(); }

private:
    IoManager& io_;
    InterfaceReferences references_;
};

/// What a bus driver between pci.sys and the function driver does about the query for the bus interface.
enum class BusAnswer {
    none,     ///< Leaves the status, as a bus driver may that exports no interface: IoGetDmaAdapter finds nobody.
    forward,  ///< Answers for its child, with adapters from the interface below (as XenServer's xenbus does).
    without_reference,  ///< The same, but forgets to take a reference for the asker.
    wrong_version,      ///< The same, but of a version that nobody asked for.
};

/// The PDO that an intermediate bus driver makes for its child. The card's own PDO is not below it: the child is a
/// device of its own, whose stack begins here.
class ChildPdo final : public DeviceObject {
public:
    /// Both must outlive it. The bus's own interface below is asked for through `parent`.
    ChildPdo(IoManager& io, DeviceObject& parent, BusAnswer answer);
    ~ChildPdo() override;

    /// The bus driver returns it from IRP_MN_QUERY_DEVICE_RELATIONS; before that it is no PDO for the system.
    void report();
    NtStatus query_bus_interface(BusInterface& answer) override;
    std::int64_t references() const { return references_.count(); }

private:
    IoManager& io_;
    DeviceObject& parent_;
    const BusAnswer answer_;
    InterfaceReferences references_;
};

/// A bus driver between the card and its upper driver: an FDO on the card's PDO, and a child PDO.
class IntermediateBus {
public:
    /// Both must outlive it.
    IntermediateBus(IoManager& io, PciPdo& card, BusAnswer answer);

    /// What is handed to upper drivers that want an adapter of their own: the PDO that was made by pci.sys.
    PciPdo& card_pdo() { return card_; }
    DeviceObject& fdo() { return fdo_; }
    ChildPdo& child_pdo() { return child_; }
    /// Reports the child.
    void start() { child_.report(); }

private:
    PciPdo& card_;
    DeviceObject fdo_{"intermediate bus FDO"};
    ChildPdo child_;
};

}  // namespace ghostcard::dma
