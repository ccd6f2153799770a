#include <algorithm>
#include <charconv>
#include <utility>

#include "flows/reply/reply.hpp"
#include "flows/vault/caller.hpp"
#include "flows/vault/file_reply.hpp"
#include "flows/vault/record_words.hpp"
#include "flows/vault/vault.hpp"
#include "flows/vault/wanted.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

constexpr std::size_t records_per_page = 50;

pages::VaultRecord view_of(const Exchange& exchange, const vault::Record& record) {
  pages::VaultRecord view;
  view.kind = record_kind(record.kind);
  view.title = record.title;
  view.number = record.number;
  view.doc_type_code = record.doc_type_code;
  view.summary = record.summary;
  view.issuer = record.issuer_name;
  view.signer = record.signer;
  view.issued_on = text::date_for_people(record.issued_on);
  view.valid_until = text::date_for_people(record.valid_until);
  view.perpetual = record.perpetual;
  view.procedure_code = record.procedure_code;
  view.dossier_code = record.dossier_code;
  view.source = record_source(record.source);
  view.trust = record.trust;
  view.signature = signature_status(record.signature_status);
  if (record.transferred_at) view.carried_on = text::date_for_people(*record.transferred_at);
  view.version = record.version;
  view.reuse_count = record.reuse_count;
  view.expired = record.is("expired");
  view.replaced = record.is("replaced") || record.is("revoked");
  for (const auto& file : record.files) {
    view.files.push_back(
        {file.name, exchange.site->path + "vault/" + std::to_string(record.id) + "/" + file.sha256,
         file.mime, file.size});
  }
  return view;
}

/// The page number of "?page=": 1 when absent or not a number that makes sense.
std::size_t page_number(const Request& request) {
  std::size_t number = 1;
  const std::string text = form_field(request.query, "page");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::size_t most = 1'000'000;
  const bool sound = error == std::errc{} && end == text.data() + text.size();
  if (!sound || number == 0 || number > most) return 1;
  return number;
}

Task<Reply> no_such_record(const Exchange& exchange) {
  co_return error_reply(exchange, pages::ErrorKind::not_found, "no such record");
}

Task<Reply> show_file(const Exchange& exchange, std::int64_t id, std::string sha256) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  co_return co_await give_file(exchange, caller_of(*std::move(live)), id, std::move(sha256));
}

}  // namespace

Task<Reply> show_vault(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  Worker& worker = *exchange.worker;
  const Caller caller = caller_of(*live);
  vault::RecordsWanted wanted;
  wanted.owner = caller.owner();
  wanted.slice = {(page_number(*exchange.request) - 1) * records_per_page, records_per_page};
  wanted.now = exchange.now();
  const auto records = co_await worker.vault.list(std::move(wanted));
  co_await keep_in_trail(exchange, vault_event(exchange, "vault.listed", caller));
  pages::VaultPage page;
  page.view = caller.by_vneid() ? pages::VaultPage::View::own : pages::VaultPage::View::legacy;
  page.total = static_cast<std::int64_t>(records.total);
  page.csrf = sign_out_token(worker, live->token.value());
  for (const auto& record : records.slice) page.records.push_back(view_of(exchange, record));
  const std::size_t number = records.first / records_per_page + 1;
  const std::string href = exchange.site->path + "vault?page=";
  if (number > 1) page.previous_href = href + std::to_string(number - 1);
  if (records.first + records.slice.size() < records.total)
    page.next_href = href + std::to_string(number + 1);
  co_return page_reply(exchange, 200,
                       worker.settings->renderer->render(page, page_context(exchange)));
}

Task<Reply> open_file(const Exchange& exchange, std::string_view path) {
  const auto slash = std::min(path.find('/'), path.size());
  const auto id = record_id(path.substr(0, slash));
  if (!id || slash == path.size()) return no_such_record(exchange);
  return show_file(exchange, *id, std::string{path.substr(slash + 1)});
}

}  // namespace vneid::flows
