#pragma once

#include "admin/options.hpp"

/// The commands of officers, who answer for what they do: each prints what it did, as
/// admin/commands.hpp says of all.
namespace vneid::admin {

Exit accounts_close(const Options& options);
Exit accounts_rename(const Options& options);
Exit accounts_merge(const Options& options);
Exit persons_flag(const Options& options);
Exit persons_unflag(const Options& options);
Exit links_show(const Options& options);
Exit dossier_papers(const Options& options);
Exit links_undo(const Options& options);
Exit review_list(const Options& options);
Exit review_show(const Options& options);
Exit review_approve(const Options& options);
Exit review_reject(const Options& options);

}  // namespace vneid::admin
