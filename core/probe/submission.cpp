#include "probe/submission.hpp"

#include <utility>

#include "probe/visitor.hpp"
#include "text/json.hpp"

namespace vneid::probe {

namespace {

constexpr const char* json_type = "application/json";

/// Empty when a text is not UTF-8, as JSON must be.
std::string json_of(const text::Parameters& fields) {
  const text::Json object{json_object()};
  for (const auto& [name, value] : fields) {
    if (json_object_set_new(object.get(), name.c_str(), json_stringn(value.data(), value.size())) !=
        0) {
      return {};
    }
  }
  return text::json_dump(object.get());
}

http::OutgoingRequest with_body(const Posting& posting, std::string body, const char* type) {
  http::OutgoingRequest request;
  request.method = "POST";
  request.url = posting.target;
  request.body = std::move(body);
  request.headers = {
      {"Content-Type", type}, {"Origin", origin_of(posting.target)}, {"Referer", posting.page}};
  return request;
}

}  // namespace

http::OutgoingRequest posted(const Posting& posting) {
  auto request =
      with_body(posting, text::encode_form(posting.fields), "application/x-www-form-urlencoded");
  request.headers.emplace_back("Accept", accept_pages);
  return request;
}

std::optional<http::OutgoingRequest> to_request(How how, const Posting& posting) {
  if (how == How::form) return posted(posting);
  if (how == How::json) {
    std::string body = json_of(posting.fields);
    if (body.empty()) return {};
    auto request = with_body(posting, std::move(body), json_type);
    request.headers.emplace_back("Accept", json_type);
    return request;
  }
  http::OutgoingRequest request;
  request.method = how == How::head ? "HEAD" : "GET";
  request.url = text::with_query(posting.target, posting.fields);
  request.headers = {{"Referer", posting.page}, {"Accept", accept_pages}};
  return request;
}

}  // namespace vneid::probe
