#include "doctor/command.hpp"

#include <iostream>

#include "doctor/doctor.hpp"
#include "doctor/report/report.hpp"

namespace vneid::doctor {

admin::Exit run(const admin::Options& options) {
  const auto findings = examine({.nginx = options.nginx,
                                 .conf = options.conf,
                                 .schema = options.schema,
                                 .postgres = options.postgres});
  std::cout << (options.format == "json" ? report_json(findings) : report_text(findings));
  return static_cast<admin::Exit>(worst(findings));
}

}  // namespace vneid::doctor
