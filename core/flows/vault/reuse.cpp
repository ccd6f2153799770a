#include "flows/vault/reuse.hpp"

#include <algorithm>
#include <expected>
#include <string_view>
#include <utility>
#include <variant>

#include "certain.hpp"
#include "crypto/digest.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vault/caller.hpp"
#include "flows/vault/file_reply.hpp"
#include "flows/vault/receipt.hpp"
#include "text/date.hpp"
#include "text/utf8.hpp"
#include "vault/reuse.hpp"

namespace vneid::flows {

namespace {

using metrics::Reuse;

/// A code as the portal writes it: one line of at most 200 characters, as the database takes it.
bool is_code(std::string_view text) {
  constexpr std::size_t longest = 200;
  const auto points = text::decode_utf8(text);
  return points && points->size() <= longest && std::ranges::none_of(*points, [](char32_t point) {
           return text::is_forbidden(point) || (text::is_blank(point) && point != U' ');
         });
}

/// What is asked for; otherwise which member is wrong.
std::expected<vault::ReuseRequest, std::string_view> reuse_request(const text::Json& document) {
  const auto member = [&document](const char* name) {
    return text::json_text(document.get(), name).value_or("");
  };
  vault::ReuseRequest request;
  request.sha256 = member("file");
  request.dossier_code = member("dossier_code");
  request.procedure_code = member("procedure_code");
  request.doc_type_code = member("doc_type_code");
  if (!vault::digest_of(request.sha256)) return std::unexpected{"file"};
  if (request.dossier_code.empty() || !is_code(request.dossier_code)) {
    return std::unexpected{"dossier_code"};
  }
  if (!is_code(request.procedure_code)) return std::unexpected{"procedure_code"};
  if (!is_code(request.doc_type_code)) return std::unexpected{"doc_type_code"};
  return request;
}

/// RFC 9530: what the file's bytes hash to, for whoever receives them.
std::string digest_header(std::string_view bytes) {
  return "sha-256=:" + crypto::base64_encode(crypto::sha256(bytes)) + ":";
}

/// The answer to each outcome.
struct Answer {
  const Exchange& exchange;
  const vault::ReuseRequest& request;

  Reply operator()(const vault::NothingToReuse& /*nothing*/) const {
    exchange.count(Reuse::refused);
    return error_reply(exchange, pages::ErrorKind::not_found, "no such file to reuse");
  }
  Reply operator()(const vault::NotReusable& not_reusable) const {
    exchange.count(Reuse::refused);
    const text::Json body = api_error(exchange, "not_reusable");
    put_words(body.get(), "hindrances", not_reusable.hindrances);
    return json_reply(422, body.get());
  }
  Reply operator()(const vault::UsedBefore& before) const {
    exchange.count(Reuse::refused);
    const text::Json body = api_error(exchange, "used_before");
    put_text(body.get(), "reuse", before.reference);
    put_text(body.get(), "reused_at", text::rfc3339(before.at));
    return json_reply(409, body.get());
  }
  Reply operator()(vault::Reused reused) const {
    exchange.count(reused.repeated ? Reuse::repeated : Reuse::reused);
    std::string receipt = make_receipt(exchange, request, reused);
    std::string digest = digest_header(reused.bytes);
    Reply reply = file_reply(
        {std::move(reused.bytes), std::move(reused.file.name), std::move(reused.file.mime)});
    reply.headers.emplace_back("Repr-Digest", std::move(digest));
    reply.headers.emplace_back("VNeID-Receipt", std::move(receipt));
    return reply;
  }
};

}  // namespace

Task<Reply> api_reuse(const Exchange& exchange, std::int64_t record_id) {
  if (!exchange.site->reuse) {
    co_return error_reply(exchange, pages::ErrorKind::not_found, "vneid_reuse is off here");
  }
  auto caller = co_await require_caller(exchange);
  if (!caller) co_return std::move(caller.error());
  const auto document = api_document(exchange);
  if (!document) co_return document.error();
  if (caller->live) {
    if (auto refusal = refuse_api_csrf(exchange, *document, certain(caller->live))) {
      co_return *std::move(refusal);
    }
  }
  if (!caller->by_vneid()) co_return api_refusal(exchange, 403, "vneid_needed");
  auto request = reuse_request(*document);
  if (!request) {
    co_return error_reply(
        exchange, pages::ErrorKind::bad_request,
        "reuse: member \"" + std::string{request.error()} + "\" is no such thing");
  }
  request->person_id = caller->person_id;
  request->account_id = caller->account_id;
  request->record_id = record_id;
  request->portal = exchange.site->portal;
  request->reference = exchange.request->id;
  request->now = exchange.now();
  Worker& worker = *exchange.worker;
  auto outcome = co_await vault::reuse(worker.postgres, worker.settings->keys, *request,
                                       vault_event(exchange, "vault.reused", *caller));
  co_return std::visit(Answer{exchange, *request}, std::move(outcome));
}

}  // namespace vneid::flows
