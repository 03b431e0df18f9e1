// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace ghostcard {

/// The user gave something that cannot be used. The message is one line that names where it was found, what was given
/// and what is allowed; the command prints it and exits with 2.
class InputError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace ghostcard
