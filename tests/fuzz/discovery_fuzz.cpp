// A discovery document from a hostile provider, and the query of a forged callback: no crash, and
// nothing that a URL or a log line must not hold gets through.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "oidc/authorization_response.hpp"
#include "oidc/provider_metadata.hpp"

namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

bool clean(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vneid::oidc;  // NOLINT: a whole small program about it
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  static const ProviderSettings settings = [] {
    ProviderSettings made;
    made.issuer = "https://sso.example";
    return made;
  }();
  if (const auto metadata = parse_metadata(input, settings)) {
    demand(metadata->issuer == settings.issuer);
    for (const auto& url :
         {metadata->authorization_endpoint, metadata->token_endpoint, metadata->jwks_uri}) {
      demand(url.starts_with("https://") && clean(url));
    }
  }
  const auto response = parse_authorization_response(input);
  if (const auto* code = std::get_if<CodeResponse>(&response)) {
    demand(!code->code.empty() && clean(code->code) && !code->state.empty() && clean(code->state));
  } else if (const auto* error = std::get_if<ErrorResponse>(&response)) {
    demand(clean(error->name) && !error->state.empty() && clean(error->state));
  } else {
    demand(clean(std::get<MalformedResponse>(response).cause));
  }
  return 0;
}
