#pragma once

#include "admin/options.hpp"
#include "crypto/signing_key.hpp"

/// `vneidctl audit …`: each prints what it did, as admin/commands.hpp says of all. verify and check
/// give exit_partly when something is not as it was sealed.
namespace vneid::admin {

Exit audit_key(const Options& options);
Exit audit_seal(const Options& options);
Exit audit_verify(const Options& options);
Exit audit_proof(const Options& options);
Exit audit_consistency(const Options& options);
Exit audit_check(const Options& options);
Exit audit_export(const Options& options);
Exit audit_archive(const Options& options);

/// The keys of --public; throws CommandFailed without them.
crypto::VerifyingKeys public_keys_of(const Options& options);

}  // namespace vneid::admin
