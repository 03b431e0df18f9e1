// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace ghostcard::model {

/// The bytes of one picture; they stay in place as long as anybody holds it.
class Picture {
public:
    Picture() = default;
    explicit Picture(std::vector<std::byte> bytes) {
        const auto kept = std::make_shared<std::vector<std::byte>>(std::move(bytes));
        bytes_ = *kept;
        keeper_ = kept;
    }
    /// All zeros, and at no cost for what of it nobody looks at. Positive.
    static Picture zeros(std::size_t bytes) {
        Picture picture;
        picture.keeper_.reset(std::calloc(bytes, 1), std::free);
        if (!picture.keeper_) throw std::bad_alloc();
        picture.bytes_ = {static_cast<std::byte*>(picture.keeper_.get()), bytes};
        return picture;
    }

    std::span<std::byte> bytes() const { return bytes_; }

private:
    std::span<std::byte> bytes_;
    std::shared_ptr<void> keeper_;
};

}  // namespace ghostcard::model
