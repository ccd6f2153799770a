#include "text/url.hpp"

#include <algorithm>
#include <memory>
#include <new>

#include <curl/curl.h>

#include "text/ascii.hpp"

namespace vneid::text {

namespace {

constexpr std::size_t longest_endpoint = 2048;

struct Release {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
  void operator()(char* part) const noexcept { curl_free(part); }
};

/// A part of the URL; empty where it has none.
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, Release> owned{text};
  return owned.get();
}

}  // namespace

bool is_host_name(std::string_view host) {
  return host.size() <= 253 && consists_of(host, ".-_") && is_alphanumeric(host.front()) &&
         !host.contains("..");
}

std::optional<Url> parse_url(std::string_view text) {
  const bool printable =
      std::ranges::all_of(text, [](char byte) { return byte > 0x20 && byte < 0x7f; });
  const auto mark = text.find("://");
  if (!printable || mark == std::string_view::npos) return {};
  // libcurl is kind to what browsers and other clients read differently; we are not.
  const auto authority = text.substr(mark + 3, text.find_first_of("/?#", mark + 3) - mark - 3);
  const bool strict = (text.starts_with("https://") || text.starts_with("http://")) &&
                      !authority.empty() && !authority.contains('@') && !authority.ends_with(':');
  if (!strict) return {};
  const std::unique_ptr<CURLU, Release> parsed{curl_url()};
  if (!parsed) throw std::bad_alloc();
  const std::string whole{text};
  if (curl_url_set(parsed.get(), CURLUPART_URL, whole.c_str(), 0) != CURLUE_OK) return {};
  Url url;
  url.scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  url.authority = authority;
  url.host = part_of(parsed.get(), CURLUPART_HOST);
  // Not what libcurl has decoded or completed.
  const auto written = authority.substr(0, url.host.size());
  if (!equal_without_case(written, url.host)) return {};
  if (!url.host.starts_with('[') && !is_host_name(url.host)) return {};
  if (part_of(parsed.get(), CURLUPART_PORT) == "0") return {};
  const auto rest = text.substr(mark + 3 + authority.size());
  url.path = rest.substr(0, rest.find_first_of("?#"));
  url.has_query = url.path.size() < rest.size();
  return url;
}

std::optional<std::string> resolve_url(const std::string& base, std::string_view reference) {
  const std::unique_ptr<CURLU, Release> url{curl_url()};
  if (!url) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return {};
  // Browsers take blanks around an address away.
  std::string inner{trim(reference.substr(0, reference.find('#')))};
  // libcurl 7.88 would cut the path's last piece off.
  if (inner.starts_with('?')) inner.insert(0, base.substr(0, base.find_first_of("?#")));
  bool done = curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0) == CURLUE_OK;
  if (!inner.empty()) {
    done =
        done && curl_url_set(url.get(), CURLUPART_URL, inner.c_str(), CURLU_URLENCODE) == CURLUE_OK;
  }
  std::string resolved = done ? part_of(url.get(), CURLUPART_URL) : std::string{};
  if (!parse_url(resolved)) return {};
  return resolved;
}

bool is_endpoint_url(std::string_view text, bool allow_http) {
  if (text.size() > longest_endpoint || text.find_first_of("#\\\"<>") != std::string_view::npos) {
    return false;
  }
  const auto url = parse_url(text);
  return url && (allow_http || url->scheme == "https");
}

bool is_loopback(std::string_view host) {
  const bool digits = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (digits && host.starts_with("127."));
}

}  // namespace vneid::text
