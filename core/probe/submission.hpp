#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/http/sender.hpp"
#include "text/form.hpp"

namespace vneid::probe {

/// What a form's fields are sent as.
enum class How : std::uint8_t { form, query, head, json };

struct Posting {
  std::string page;    ///< the page that the form is on
  std::string target;  ///< where it goes
  text::Parameters fields;
};

/// As a browser would send it. Nothing for JSON of fields that are not UTF-8.
std::optional<http::OutgoingRequest> to_request(How how, const Posting& posting);

/// The same, posted as a form.
http::OutgoingRequest posted(const Posting& posting);

/// The Accept header of who wants a page.
inline constexpr const char* accept_pages = "text/html,application/xhtml+xml,*/*;q=0.8";

}  // namespace vneid::probe
