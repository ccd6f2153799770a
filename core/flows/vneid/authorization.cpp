#include "flows/vneid/authorization.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/digest.hpp"

namespace vneid::sealed {

template <>
struct Names<pages::ReviewState> {
  static constexpr std::array all{std::pair{pages::ReviewState::open, "open"},
                                  std::pair{pages::ReviewState::approved, "approved"},
                                  std::pair{pages::ReviewState::rejected, "rejected"}};
};

/// By the id of its text.
template <>
struct Codec<pages::ErrorKind> {
  static text::Json encode(pages::ErrorKind kind) { return encode_name(pages::string_id(kind)); }
  static bool decode(const json_t* json, pages::ErrorKind& kind) {
    const auto kinds = pages::all_error_kinds();
    const auto found = std::ranges::find_if(
        kinds, [json](auto each) { return is_name(json, pages::string_id(each)); });
    if (found == kinds.end()) return false;
    kind = *found;
    return true;
  }
};

}  // namespace vneid::sealed

namespace vneid::flows {

Authorizations::Authorizations(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys)
    : redis_(redis),
      keys_(std::move(keys)),
      pending_(redis_, keys_, "flow"),
      outcomes_(redis_, keys_, "outcome") {}

std::string Authorizations::id(const State& state, const BrowserId& browser) const {
  return crypto::hex(keys_->lookup_key("flow", browser.value() + ' ' + state.value()));
}

Task<void> Authorizations::begin(State state, BrowserId browser,
                                 Authorization authorization) const {
  const std::string key = id(state, browser);
  Outcome pending;
  pending.purpose = authorization.purpose;
  std::vector<redis::Command> commands;
  commands.push_back(pending_.keeping(key, authorization, lifetime));
  commands.push_back(outcomes_.keeping(key, pending, lifetime));
  const auto replies = co_await redis_.transaction(std::move(commands));
  for (const auto& reply : replies) require_answer(reply);
}

Task<std::optional<Authorization>> Authorizations::take(const State& state,
                                                        const BrowserId& browser) const {
  return pending_.take(id(state, browser));
}

Task<std::optional<Outcome>> Authorizations::outcome(const State& state,
                                                     const BrowserId& browser) const {
  return outcomes_.find(id(state, browser));
}

Task<void> Authorizations::finish(const State& state, const BrowserId& browser,
                                  Outcome outcome) const {
  return outcomes_.keep(id(state, browser), std::move(outcome), lifetime);
}

}  // namespace vneid::flows
