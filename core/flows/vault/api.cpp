#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "certain.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vault/caller.hpp"
#include "flows/vault/file_reply.hpp"
#include "flows/vault/record_json.hpp"
#include "flows/vault/reuse.hpp"
#include "flows/vault/vault.hpp"
#include "flows/vault/wanted.hpp"

namespace vneid::flows {

namespace {

std::string record_href(const Exchange& exchange, const vault::Record& record) {
  return exchange.site->path + "api/v1/vault/" + std::to_string(record.id);
}

/// A record with the addresses of its files.
text::Json with_links(const Exchange& exchange, const vault::Record& record) {
  text::Json body = record_json(record);
  json_t* files = json_object_get(body.get(), "files");
  for (std::size_t i = 0; i < record.files.size(); ++i) {
    put_text(json_array_get(files, i), "href",
             record_href(exchange, record) + "/files/" + record.files[i].sha256);
  }
  return body;
}

Task<Reply> nothing_there(const Exchange& exchange) {
  co_return error_reply(exchange, pages::ErrorKind::not_found, "no such record or file");
}

Task<Reply> show_record(const Exchange& exchange, std::int64_t id) {
  auto caller = co_await require_caller(exchange);
  if (!caller) co_return std::move(caller.error());
  vault::RecordsWanted wanted;
  wanted.owner = caller->owner();
  wanted.filter.id = id;
  wanted.now = exchange.now();
  const auto records = co_await exchange.worker->vault.list(std::move(wanted));
  if (records.slice.empty()) co_return co_await nothing_there(exchange);
  co_return json_reply(200, with_links(exchange, records.slice.front()).get());
}

Task<Reply> fetch_file(const Exchange& exchange, std::int64_t id, std::string sha256) {
  auto caller = co_await require_caller(exchange);
  if (!caller) co_return std::move(caller.error());
  co_return co_await give_file(exchange, *caller, id, std::move(sha256));
}

Task<Reply> wrong_method(const Exchange& exchange, std::string_view allowed) {
  co_return not_allowed(exchange, allowed);
}

}  // namespace

Task<Reply> api_vault(const Exchange& exchange) {
  auto caller = co_await require_caller(exchange);
  if (!caller) co_return std::move(caller.error());
  auto part = wanted_part(exchange.request->query);
  if (!part) co_return error_reply(exchange, pages::ErrorKind::bad_request, part.error());
  const std::size_t most = part->slice.most;
  ++part->slice.most;  // to learn whether more is behind it
  vault::RecordsWanted wanted;
  wanted.owner = caller->owner();
  wanted.filter = std::move(part->filter);
  wanted.slice = std::move(part->slice);
  wanted.now = exchange.now();
  const auto records = co_await exchange.worker->vault.list(std::move(wanted));
  co_await keep_in_trail(exchange, vault_event(exchange, "vault.listed", *caller));

  const text::Json body{json_object()};
  put_text(body.get(), "vault", caller->by_vneid() ? "person" : "account");
  json_t* array = json_array();
  for (std::size_t i = 0; i < records.slice.size() && i < most; ++i) {
    json_array_append_new(array, with_links(exchange, records.slice[i]).release());
  }
  json_object_set_new(body.get(), "records", array);
  if (records.slice.size() > most) {
    const vault::Record& last = records.slice[most - 1];
    put_text(body.get(), "next", vault::Cursor{last.issued_on, last.id}.to_text());
  }
  if (caller->live) put_text(body.get(), "csrf", api_csrf_token(exchange, certain(caller->live)));
  co_return json_reply(200, body.get());
}

Task<Reply> api_record(const Exchange& exchange, std::string_view path) {
  const auto id = record_id(path.substr(0, path.find('/')));
  const std::string_view part = path.substr(std::min(path.find('/'), path.size()));
  constexpr std::string_view files = "/files/";
  const auto method = exchange.request->method;
  const bool reads = method == Request::Method::get || method == Request::Method::head;
  if (!id) return nothing_there(exchange);
  if (part == "/reuse") {
    if (method != Request::Method::post) return wrong_method(exchange, "POST");
    return api_reuse(exchange, *id);
  }
  if (!reads) return wrong_method(exchange, "GET");
  if (part.empty()) return show_record(exchange, *id);
  if (!part.starts_with(files)) return nothing_there(exchange);
  return fetch_file(exchange, *id, std::string{part.substr(files.size())});
}

}  // namespace vneid::flows
