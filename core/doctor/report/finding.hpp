#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace vneid::doctor {

enum class State : std::uint8_t {
  ok,
  warning,  ///< works today; somebody should look at it
  wrong,    ///< does not work, or lets in whom it should not
};

/// Where something stands in nginx's configuration; no file: nowhere in particular.
struct Place {
  std::string file;
  unsigned line = 0;  ///< from 1
};

/// What one check found: one line of the report. No secret and no person's data is in it.
struct Finding {
  std::string check;  ///< stable name, e.g. "redis.memory_policy"
  State state = State::ok;
  std::string subject;  ///< e.g. "redis", "provider bca"
  std::string text;     ///< what is so, and why it matters
  std::string cure;     ///< a sentence; empty when all is well
  Place at;
};

/// Where findings go.
class Findings {
 public:
  Findings() = default;
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;
  virtual ~Findings() = default;
  virtual void add(Finding finding) = 0;
};

/// Findings about one subject, e.g. `const About redis{findings, "redis", place};`.
class About {
 public:
  About(Findings& findings, std::string subject, Place at = {})
      : findings_(findings), subject_(std::move(subject)), at_(std::move(at)) {}

  void ok(const char* check, std::string text) const { add(check, State::ok, std::move(text), {}); }
  void warning(const char* check, std::string text, std::string cure) const {
    add(check, State::warning, std::move(text), std::move(cure));
  }
  void wrong(const char* check, std::string text, std::string cure) const {
    add(check, State::wrong, std::move(text), std::move(cure));
  }

 private:
  void add(const char* check, State state, std::string text, std::string cure) const {
    findings_.add({check, state, subject_, std::move(text), std::move(cure), at_});
  }

  Findings& findings_;
  std::string subject_;
  Place at_;
};

}  // namespace vneid::doctor
