#include "flows/vault/record_words.hpp"

#include <array>
#include <utility>

namespace vneid::flows {

namespace {

template <class Value, std::size_t Size>
std::optional<Value> look_up(const std::array<std::pair<std::string_view, Value>, Size>& words,
                             std::string_view stored) noexcept {
  for (const auto& [word, value] : words) {
    if (word == stored) return value;
  }
  return std::nullopt;
}

}  // namespace

pages::RecordKind record_kind(std::string_view stored) noexcept {
  if (stored == "info") return pages::RecordKind::information;
  if (stored == "result") return pages::RecordKind::result;
  return pages::RecordKind::paper;
}

std::optional<pages::RecordSource> record_source(std::string_view stored) noexcept {
  using enum pages::RecordSource;
  static constexpr std::array<std::pair<std::string_view, pages::RecordSource>, 6> words{{
      {"citizen_upload", uploaded},
      {"dossier_result", result},
      {"dossier_component", component},
      {"national_portal", national_portal},
      {"population_db", population_db},
      {"vneid", vneid},
  }};
  return look_up(words, stored);
}

std::optional<pages::SignatureStatus> signature_status(std::string_view stored) noexcept {
  using enum pages::SignatureStatus;
  static constexpr std::array<std::pair<std::string_view, pages::SignatureStatus>, 7> words{{
      {"valid", valid},
      {"invalid", invalid},
      {"expired_cert_at_check", expired_cert_at_check},
      {"revoked", revoked},
      {"unknown_ca", unknown_ca},
      {"none", none},
      {"not_checked", not_checked},
  }};
  return look_up(words, stored);
}

std::optional<pages::StayReason> stay_reason(std::string_view stored) noexcept {
  using enum pages::StayReason;
  static constexpr std::array<std::pair<std::string_view, pages::StayReason>, 3> words{{
      {"owner_other", other_owner},
      {"owner_unknown", owner_unknown},
      {"duplicate", duplicate},
  }};
  return look_up(words, stored);
}

}  // namespace vneid::flows
