#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/report/finding.hpp"

namespace vneid::doctor {

/// All findings in memory.
class FindingList final : public Findings {
 public:
  void add(Finding finding) override { all_.push_back(std::move(finding)); }
  [[nodiscard]] const std::vector<Finding>& all() const noexcept { return all_; }

 private:
  std::vector<Finding> all_;
};

std::string_view to_text(State state) noexcept;

/// The worst state: exit status 0, 1 or 2 of `vneidctl doctor`.
State worst(const std::vector<Finding>& findings) noexcept;

/// A line each and a last one with the counts. Control characters, which names from outside may
/// hold, are shown as "?".
std::string report_text(const std::vector<Finding>& findings);

/// An array of {check, state, subject, text, cure, file, line}; cure, file and line may be null.
std::string report_json(const std::vector<Finding>& findings);

/// One finding as such an object, on one line; and back.
std::string to_json_line(const Finding& finding);
std::optional<Finding> from_json_line(const std::string& line);

}  // namespace vneid::doctor
