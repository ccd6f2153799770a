#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "flows/reply/reply.hpp"
#include "flows/vault/record_words.hpp"
#include "flows/vault/vault.hpp"
#include "text/date.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

constexpr std::size_t records_per_page = 50;

/// A legacy login sees what its own account holds, and never the person's vault (domain.md §8.2).
vault::Owner owner_of(const Session& session) {
  if (session.proof == Session::Proof::vneid) {
    return session.person_id;
  }
  return session.account_id;
}

audit::Event vault_event(const Exchange& exchange, std::string name, const Session& session) {
  audit::Event event = audit_event(exchange, std::move(name), session.account_id);
  if (session.proof == Session::Proof::vneid) {
    event.provider = session.provider;
    event.link_id = session.link_id;
  }
  return event;
}

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
  view.expired = !record.perpetual && text::is_over(record.valid_until, exchange.now());
  view.replaced = record.replaced || record.revoked;
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

/// What a browser may show in place; anything else is downloaded, so that no stored file can run as
/// a page of ours.
bool shown_inline(std::string_view mime) {
  constexpr std::array<std::string_view, 3> safe{"application/pdf", "image/png", "image/jpeg"};
  return std::ranges::find(safe, mime) != safe.end();
}

Reply file_reply(vault::OpenedFile file) {
  Reply reply;
  const bool in_place = shown_inline(file.mime);
  reply.headers = {
      {"Content-Type", in_place ? file.mime : "application/octet-stream"},
      {"Content-Disposition", std::string(in_place ? "inline" : "attachment") +
                                  "; filename*=UTF-8''" + text::percent_encode(file.name)},
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"}};
  reply.body = std::move(file.bytes);
  return reply;
}

}  // namespace

Task<Reply> show_vault(const Exchange& exchange) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  Worker& worker = *exchange.worker;
  const vault::Slice slice{(page_number(*exchange.request) - 1) * records_per_page,
                           records_per_page};
  const auto records = co_await worker.vault.list(owner_of(live->session), slice);
  co_await keep_in_trail(exchange, vault_event(exchange, "vault.listed", live->session));
  pages::VaultPage page;
  page.view = live->session.proof == Session::Proof::vneid ? pages::VaultPage::View::own
                                                           : pages::VaultPage::View::legacy;
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

Task<Reply> open_file(const Exchange& exchange, std::string record, std::string file) {
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(record.data(), record.data() + record.size(), id);
  const bool well_formed = error == std::errc{} && end == record.data() + record.size() &&
                           file.size() == 64 && std::ranges::all_of(file, [](char c) {
                             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                           });
  if (!well_formed) {
    co_return error_reply(exchange, pages::ErrorKind::not_found, "no such file");
  }
  auto opened = co_await exchange.worker->vault.open(owner_of(live->session), id, std::move(file));
  if (!opened) {
    co_return error_reply(exchange, pages::ErrorKind::not_found,
                          "no such file in the vault of this session");
  }
  audit::Event event = vault_event(exchange, "vault.opened", live->session);
  event.reason = "record_" + std::to_string(id);
  co_await keep_in_trail(exchange, std::move(event));
  co_return file_reply(std::move(*opened));
}

}  // namespace vneid::flows
