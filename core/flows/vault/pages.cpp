#include <algorithm>
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

pages::VaultPage page_of(const Exchange& exchange, AccountId account, WantedPage shown,
                         const vault::Records& records) {
  pages::VaultPage page;
  page.query = shown.filter.words.value_or("");
  if (shown.filter.kind) page.kind = record_kind(*shown.filter.kind);
  page.total = static_cast<std::int64_t>(records.total);
  for (const auto& record : records.slice) page.records.push_back(view_of(exchange, record));
  // The same search, another page of what it found.
  const std::size_t number = records.first / records_per_page + 1;
  const auto href = [&](std::size_t other) {
    shown.number = other;
    return vault_page_url(exchange, account, shown);
  };
  if (number > 1) page.previous_href = href(number - 1);
  if (records.first + records.slice.size() < records.total) page.next_href = href(number + 1);
  return page;
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
  const WantedPage asked = wanted_page(exchange, caller.account_id);
  vault::RecordsWanted wanted;
  wanted.owner = caller.owner();
  wanted.filter = asked.filter;
  wanted.slice = {(asked.number - 1) * records_per_page, records_per_page};
  wanted.now = exchange.now();
  const auto records = co_await worker.vault.list(std::move(wanted));
  co_await keep_in_trail(exchange, vault_event(exchange, "vault.listed", caller));
  pages::VaultPage page = page_of(exchange, caller.account_id, asked, records);
  page.view = caller.by_vneid() ? pages::VaultPage::View::own : pages::VaultPage::View::legacy;
  page.csrf = sign_out_token(worker, live->token.value());
  co_return page_reply(exchange, 200, page);
}

Task<Reply> search_vault(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  // It changes nothing, so its form needs no token.
  co_return redirect(
      vault_page_url(exchange, live->session.account_id, posted_search(exchange.request->body)));
}

Task<Reply> open_file(const Exchange& exchange, std::string_view path) {
  const auto slash = std::min(path.find('/'), path.size());
  const auto id = record_id(path.substr(0, slash));
  if (!id || slash == path.size()) return no_such_record(exchange);
  return show_file(exchange, *id, std::string{path.substr(slash + 1)});
}

}  // namespace vneid::flows
