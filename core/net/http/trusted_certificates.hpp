#pragma once

#include <memory>
#include <string>

namespace vneid::http {

/// Certificates of CAs in PEM, one behind the other: bytes that were read with the configuration,
/// so that no worker has to open a file (D21). Shared, since a system's bundle is large. Null: the
/// system's own CAs.
using TrustedCertificates = std::shared_ptr<const std::string>;

}  // namespace vneid::http
