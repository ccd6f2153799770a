#include "pages/page_values.hpp"

#include <utility>

#include "pages/string_ids.hpp"
#include "text/local_path.hpp"

namespace vneid::pages {

namespace {

using List = kainjow::mustache::list;

Values link_values(const LinkItem& link, const StringTable& strings) {
  Values values;
  values.set("number", link.citizen_number);
  values.set("provider",
             link.provider.empty() ? std::string(strings.text("links.provider")) : link.provider);
  values.set("linked_on", link.linked_on);
  values.set("account", text_or_false(link.account_masked));
  return values;
}

template <class Counts, class Id>
List count_values(const Counts& counts, const StringTable& strings, Id id_of) {
  List list;
  for (const auto& each : counts) {
    if (each.count <= 0) continue;
    Values item;
    item.set("label", std::string(strings.text(id_of(each))));
    item.set("count", std::to_string(each.count));
    list.push_back(item);
  }
  return list;
}

void add_contact(Values& values, const Contact& contact) {
  values.set("has_contact", contact != Contact{});
  values.set("hotline", text_or_false(contact.hotline));
  values.set("hotline_href", text_or_false(telephone_href(contact.hotline)));
  values.set("desk", text_or_false(contact.desk));
  values.set("hours", text_or_false(contact.hours));
  values.set("bring", text_or_false(contact.bring));
}

std::string title_of(const StringTable& strings, std::string_view id) {
  return std::string(strings.text(std::string(id) + ".title"));
}

}  // namespace

Values text_or_false(std::string_view text) {
  return text.empty() ? Values(false) : Values(std::string(text));
}

Values href_or_false(std::string_view href) {
  return text_or_false(text::is_safe_href(href) ? href : std::string_view());
}

void add_links(Values& values, const std::vector<LinkItem>& links, const StringTable& strings) {
  List list;
  for (const LinkItem& link : links) list.push_back(link_values(link, strings));
  values.set("links", list);
  values.set("has_links", !list.empty());
}

Values values_of(const NoticePage& page, const StringTable& strings) {
  Values values;
  values.set("title", std::string(strings.text(page.enforced ? "enforce.title" : "notice.title")));
  values.set("enforced", page.enforced);
  values.set("linked", page.linked);
  values.set("help", page.enforced);  // who cannot go on here must learn where to ask
  values.set("register_at",
             std::string(strings.text(page.foreign ? "register.foreign" : "register.citizen")));
  values.set("account", page.account_masked);
  values.set("name", text_or_false(page.name_masked));
  const auto days = page.days_left.value_or(-1);
  values.set("days_left", text_or_false(days >= 0 ? std::to_string(days) : ""));
  values.set("csrf", page.csrf);
  return values;
}

Values values_of(const LinkedPage& page, const StringTable& strings) {
  Values values = link_values(page.link, strings);
  const std::string heading(strings.text(page.already_linked ? "ok.already" : "ok.linked"));
  values.set("title", heading);
  values.set("heading", heading);
  const List moved = count_values(page.moved, strings,
                                  [](const MovedCount& each) { return string_id(each.kind); });
  const List stayed = count_values(page.stayed, strings,
                                   [](const StayedCount& each) { return string_id(each.reason); });
  std::int64_t total = 0;
  for (const MovedCount& each : page.moved) total += each.count > 0 ? each.count : 0;
  values.set("moved", moved);
  values.set("has_moved", !moved.empty());
  values.set("moved_total", std::to_string(total));
  values.set("stayed", stayed);
  values.set("has_stayed", !stayed.empty());
  values.set("flagged", page.flagged);
  values.set("newly_linked", !page.already_linked);
  values.set("has_target", page.has_target);
  values.set("continue_href", href_or_false(page.continue_href));
  values.set("last_step", page.has_target || !page.continue_href.empty());
  values.set("csrf", page.csrf);
  values.set("sign_out", !page.sign_out_csrf.empty());
  values.set("sign_out_csrf", page.sign_out_csrf);
  return values;
}

Values values_of(const LinksPage& page, const StringTable& strings) {
  Values values;
  values.set("title", std::string(strings.text("links.title")));
  List list;
  for (const LinkItem& link : page.links) {
    Values each = link_values(link, strings);
    each.set("link", text_or_false(link.undo_reference.empty() ? link.link : ""));
    each.set("undo_reference", text_or_false(link.undo_reference));
    list.push_back(each);
  }
  values.set("links", list);
  values.set("has_links", !list.empty());
  values.set("undo_csrf", page.undo_csrf);
  values.set("can_link", page.can_link);
  values.set("can_link_another", page.can_link_another);
  values.set("show_nav", true);
  values.set("nav_links", true);
  values.set("sign_out", !page.csrf.empty());
  values.set("sign_out_csrf", page.csrf);
  return values;
}

std::string error_text(const ErrorPage& page, const StringTable& strings,
                       const PageContext& context) {
  return strings.text(text_id(page), {{"ref", page.review_code},
                                      {"effective_date", page.effective_date.empty()
                                                             ? effective_date(strings, context)
                                                             : page.effective_date},
                                      {"legal_basis", legal_basis(strings, context)}});
}

Values values_of(const ErrorPage& page, const StringTable& strings, const PageContext& context) {
  const std::string id = text_id(page);
  const bool refused = page.review_state == ReviewState::rejected;
  const Tone how_grave =
      page.kind == ErrorKind::review && refused ? Tone::warning : tone(page.kind);
  const bool has_form = !page.csrf.empty();
  Values values;
  values.set("title", title_of(strings, id));
  values.set("heading", title_of(strings, id));
  values.set("text", error_text(page, strings, context));
  values.set("is_error", true);
  values.set("help", true);
  values.set("tone_info", how_grave == Tone::info);
  values.set("tone_warning", how_grave == Tone::warning);
  values.set("tone_error", how_grave == Tone::error);
  values.set("ref", text_or_false(page.review_code));
  values.set("unchanged", page.can_skip && has_form);
  values.set("can_skip", page.can_skip && has_form);
  values.set("can_retry_vneid", page.can_retry_vneid && has_form);
  values.set("can_verify", page.can_verify);
  values.set("retry_href", href_or_false(page.retry_href));
  values.set("login_href", href_or_false(page.login_href));
  values.set("vneid_href", href_or_false(page.vneid_href));
  values.set("csrf", page.csrf);
  return values;
}

Values values_of(const SignInPage& page, const StringTable& strings) {
  const std::string id = string_id(page.reason);
  Values values;
  values.set("title", title_of(strings, id));
  values.set("heading", title_of(strings, id));
  values.set("text", std::string(strings.text(id)));
  values.set("help", true);
  values.set("confirm", page.reason == SignInPage::Reason::confirm);
  values.set("csrf", page.csrf);
  values.set("login_href", href_or_false(page.login_href));
  return values;
}

Values values_of(const ChoicePage& page, const StringTable& strings) {
  List accounts;
  for (const ChoicePage::Account& each : page.accounts) {
    Values account;
    account.set("index", std::to_string(accounts.size()));
    account.set("account", each.masked);
    account.set("name", text_or_false(each.name_masked));
    account.set("kind",
                std::string(strings.text(each.foreign ? "account.foreign" : "account.personal")));
    account.set("papers", std::to_string(each.papers));
    account.set("last_login", text_or_false(each.last_login));
    accounts.push_back(account);
  }
  const bool own = page.adopts && page.accounts.empty();
  const std::string heading(strings.text(own           ? "choice.own.title"
                                         : page.adopts ? "choice.adopt.title"
                                                       : "choice.title"));
  Values values;
  values.set("help", true);
  values.set("own", own);
  values.set("title", heading);
  values.set("heading", heading);
  values.set("accounts", accounts);
  values.set("adopts", page.adopts);
  values.set("can_make_new", page.can_make_new);
  values.set("can_keep", page.can_keep);
  values.set("login_page", href_or_false(page.login_page));
  values.set("return_to", page.return_to);
  values.set("csrf", page.csrf);
  return values;
}

Values values_of(const LinkOfferPage& page, const StringTable& strings) {
  Values values;
  values.set("title", std::string(strings.text("offer.title")));
  values.set("account", page.account_masked);
  values.set("name", text_or_false(page.name_masked));
  values.set("update_href", href_or_false(page.update_href));
  values.set("return_to", page.return_to);
  values.set("csrf", page.csrf);
  values.set("sign_out_csrf", page.sign_out_csrf);
  return values;
}

Values values_of(const WaitPage& page, const StringTable& strings) {
  Values values;
  values.set("title", std::string(strings.text("wait.title")));
  const std::string_view step = strings.text(page.population ? "step.verify" : "step.vneid");
  values.set("step", text_or_false(page.on_the_way ? step : std::string_view{}));
  values.set("again_href", href_or_false(page.again_href));
  values.set("text",
             std::string(strings.text(page.population ? "wait.population" : "wait.provider")));
  return values;
}

Values values_of(const ResumePage& page, const StringTable& strings) {
  kainjow::mustache::list fields;
  for (const auto& [name, value] : page.fields) {
    Values field;
    field.set("input_name", name);
    field.set("value", value);
    fields.push_back(field);
  }
  Values values;
  values.set("title", std::string(strings.text("resume.title")));
  values.set("target", href_or_false(page.target));
  values.set("fields", fields);
  return values;
}

Values values_of(const GuidePage& page, const StringTable& strings) {
  Values values;
  values.set("title", std::string(strings.text("guide.title")));
  values.set("address", page.address);
  values.set("help", true);
  values.set("is_guide", true);
  return values;
}

void add_common(Values& values, const StringTable& strings, const PageContext& context,
                std::string_view style_name) {
  values.set("lang", std::string(tag(context.language)));
  values.set("portal_name", context.portal_name.empty() ? std::string(strings.text("layout.portal"))
                                                        : context.portal_name);
  values.set("portal_href", href_or_false(context.portal_href));
  values.set("style_href", context.path + "assets/" + std::string(style_name));
  values.set("path", context.path);
  values.set("request_id", text_or_false(context.request_id));
  values.set("legal_basis", legal_basis(strings, context));
  values.set("effective_date", effective_date(strings, context));
  values.set("kiosk", context.kiosk);
  const bool refreshes = context.refresh_seconds > 0 && text::is_safe_href(context.refresh_href);
  values.set("refresh_seconds",
             text_or_false(refreshes ? std::to_string(context.refresh_seconds) : ""));
  values.set("refresh_href", context.refresh_href);
  const bool has_logo = context.brand != nullptr && context.brand->logo;
  values.set("logo_href",
             text_or_false(has_logo ? context.path + "assets/" + context.brand->logo->name : ""));
  add_contact(values, context.contact);
}

std::string legal_basis(const StringTable& strings, const PageContext& context) {
  return context.legal_basis.empty() ? std::string(strings.text("notice.legal_basis"))
                                     : context.legal_basis;
}

std::string effective_date(const StringTable& strings, const PageContext& context) {
  return context.effective_date.empty() ? std::string(strings.text("notice.effective_date"))
                                        : context.effective_date;
}

}  // namespace vneid::pages
