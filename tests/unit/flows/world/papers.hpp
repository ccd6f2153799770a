#pragma once

#include <string>

#include "crypto/digest.hpp"
#include "flows/base/portal_assertion.hpp"
#include "unit/flows/world/world.hpp"
#include "vault/vault.hpp"

/// A paper of the vault, and who asks for it.
namespace vneid::test {

inline const std::string paper_content = "%PDF-1.4";
inline const std::string paper_name = crypto::hex(crypto::sha256(paper_content));
inline constexpr const char* reuse_path = "api/v1/vault/5/reuse";

/// The account is linked, its paper 5 has a file, and the portal's dossiers may have it.
inline void offer_paper(World& world) {
  world.site->reuse = true;
  world.link_account();
  world.file_name = paper_name;
  world.postgres.on("vault_reuse_record", {{"reused", "", "ab12", "2026-01-02 03:04:05+00"}});
  world.postgres.on("vault_read_bytes",
                    {{Cell::bytes(vault::seal_file(
                        *world.settings->keys, crypto::sha256(paper_content), paper_content))}});
}

/// The portal's server, which was told of the account, linked with `person`, and shows that again.
inline flows::Request by_portal(World& world, flows::Request request, PersonId person) {
  request.cookie.clear();
  request.authorization = "Bearer " + flows::make_assertion(*world.settings, *world.site,
                                                            {world.account.name, person, {}, {}},
                                                            world.loop.wall_now());
  return request;
}
/// The same, of whom the account is linked with.
inline flows::Request by_portal(World& world, flows::Request request) {
  const auto& linked = world.account.linked;
  return by_portal(world, std::move(request), linked ? linked->second : PersonId{});
}

inline flows::Request reuse(const World& world, const std::string& members) {
  auto request = world.post(reuse_path, {});
  request.body_is_form = false;
  request.body_is_json = true;
  request.body = "{" + members + "}";
  return request;
}

inline std::string wanted(const std::string& more = {}) {
  return R"("file":")" + paper_name + R"(","dossier_code":"H99-1")" + more;
}

}  // namespace vneid::test
