#include "module/loop/process.hpp"

#include <stdexcept>

namespace vneid::ngx {

namespace {

/// nginx gives a module nowhere else to keep what belongs to the process: a new configuration is a
/// new process (reload), so this is never shared between configurations.
std::unique_ptr<Process> process;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

[[nodiscard]] ngx_uint_t level_of(flows::Log::Severity severity) noexcept {
  switch (severity) {
    case flows::Log::Severity::info:
      return NGX_LOG_INFO;
    case flows::Log::Severity::warning:
      return NGX_LOG_WARN;
    case flows::Log::Severity::error:
      return NGX_LOG_ERR;
    case flows::Log::Severity::emergency:
      break;
  }
  return NGX_LOG_EMERG;
}

}  // namespace

void NgxLog::write(Severity severity, std::string_view reference, std::string_view text) noexcept {
  const ngx_str_t id{reference.size(),
                     reinterpret_cast<u_char*>(const_cast<char*>(reference.data()))};
  const ngx_str_t line{text.size(), reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
  const char* between = reference.empty() ? "" : ", reference ";
  ngx_log_error(level_of(severity), ngx_cycle->log, 0, "vneid: %V%s%V", &line, between, &id);
}

Process::~Process() {
  for (LiveFlow* flow : live_) flow->abandon();
  service_.close();
}

Process& Process::current() {
  if (!process) throw std::logic_error("vneid is not running in this process");
  return *process;
}

Process* Process::find() noexcept { return process.get(); }

void Process::start(ngx_log_t* log, std::shared_ptr<const flows::Settings> settings) {
  process = std::make_unique<Process>(log, std::move(settings));
}

void Process::stop() noexcept { process.reset(); }

}  // namespace vneid::ngx
