#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "pages/renderer.hpp"

/// One filled-in example of every page, of an invented citizen (052089999999 is the letter's dummy
/// number). `text` stands in every free text field, so that a test can put anything there.
namespace vneid::pages::samples {

inline PageContext context(Language language = Language::vi) {
  PageContext context;
  context.language = language;
  context.request_id = "7f3a9c1e5b2d4806";
  return context;
}

inline NoticePage notice(const std::string& account = "ng*******an",
                         const std::string& name = "N***** V** A**") {
  NoticePage page;
  page.account_masked = account;
  page.name_masked = name;
  page.csrf = "csrf-token";
  return page;
}

inline LinkItem link(const std::string& account = "ng*******an") {
  LinkItem item;
  item.citizen_number = "052089999999";
  item.linked_on = "01/01/2024";
  item.account_masked = account;
  return item;
}

inline LinkedPage linked(const std::string& account = "ng*******an") {
  LinkedPage page;
  page.link = link(account);
  page.moved = {{RecordKind::information, 3}, {RecordKind::paper, 9}, {RecordKind::result, 6}};
  page.stayed = {{StayReason::other_owner, 2}, {StayReason::duplicate, 1}};
  page.flagged = true;
  page.has_target = true;
  page.csrf = "csrf-token";
  return page;
}

/// All ten rows: the letter's number and the name verified, some typed, some without data.
inline IdentityPage identity(const std::string& text = "Nguyễn Văn An") {
  using identity::Field;
  using identity::FieldStatus;
  const std::string source = "CSDL Quốc gia về Dân cư";
  const auto verified = [&source](Field field, const std::string& value) {
    return IdentityRow{field, value, FieldStatus::verified, source, "15/01/2024"};
  };
  const auto typed = [](Field field, const std::string& value) {
    return IdentityRow{field, value, FieldStatus::self_entered, "", ""};
  };
  IdentityPage page;
  page.rows = {verified(Field::name, text),
               {Field::cmnd9, "", FieldStatus::empty, "", ""},
               verified(Field::citizen_id, "052089999999"),
               verified(Field::birth_date, "1989"),
               typed(Field::phone, "0905123456"),
               verified(Field::sex, "male"),
               {Field::birth_place, "", FieldStatus::empty, "", ""},
               typed(Field::email, text),
               verified(Field::home_town, "Phường Thử Nghiệm, Thành phố Quy Nhơn, Tỉnh Bình Định"),
               verified(Field::residence, text)};
  page.links = {link()};
  page.can_update = true;
  return page;
}

inline UpdatePage update(const std::string& text = "Nguyễn Văn An") {
  UpdatePage page;
  page.number.value = "052089999999";
  page.name.value = text;
  page.birth_date.value = "05/09/1989";
  page.csrf = "csrf-token";
  return page;
}

/// On the way to VNeID, with problems.
inline UpdatePage folded() {
  UpdatePage page = update();
  page.folded = true;
  page.cmnd = {"", FieldProblem::one_number_needed, false};
  page.number = {"0520", FieldProblem::not_12_digits, false};
  page.name = {"Nguyễn Văn An", FieldProblem::none, true};
  page.birth_date = {"31/02/1989", FieldProblem::no_such_day, false};
  page.trouble = UpdatePage::Trouble::too_many;
  page.retry_minutes = 7;
  return page;
}

inline EditPage edit(const std::string& text = "Nguyễn Văn An") {
  EditPage page;
  for (const IdentityRow& row : identity(text).rows) {
    page.rows.push_back(
        {row.field,
         {row.value, FieldProblem::none, row.status == identity::FieldStatus::verified}});
  }
  page.csrf = "csrf-token";
  return page;
}

inline VaultRecord record(const std::string& text = "Giấy khai sinh") {
  VaultRecord record;
  record.kind = RecordKind::result;
  record.title = text;
  record.number = "123/2019/TLKS";
  record.doc_type_code = "KQ.G01.000001";
  record.summary = "Trích lục khai sinh (bản sao)";
  record.issuer = "Ủy ban nhân dân phường Lê Hồng Phong";
  record.signer = "Người Ký Thử";
  record.issued_on = "02/01/2019";
  record.perpetual = true;
  record.scope = "Toàn quốc";
  record.procedure_code = "1.001193";
  record.dossier_code = "H08.17-190102-0001";
  record.source = RecordSource::result;
  record.trust = 3;
  record.signature = SignatureStatus::valid;
  record.origin_masked = "ng*******an";
  record.carried_on = "01/01/2024";
  record.version = 2;
  record.reuse_count = 4;
  record.files = {{"trich-luc-khai-sinh.pdf", "/vneid/vault/file/1", "application/pdf", 123'456},
                  {"anh-the.jpg", "", "image/jpeg", 2'340'000}};
  return record;
}

inline VaultPage vault(const std::string& text = "Giấy khai sinh") {
  VaultPage page;
  VaultRecord old = record("Giấy xác nhận tình trạng hôn nhân");
  old.kind = RecordKind::paper;
  old.perpetual = false;
  old.valid_until = "02/07/2019";
  old.expired = true;
  old.replaced = true;
  old.owner_masked = "052******123";
  old.origin_masked.clear();
  old.carried_on.clear();
  old.source = RecordSource::uploaded;
  old.trust = 0;
  old.signature = SignatureStatus::none;
  page.records = {record(text), old};
  page.total = 40;
  page.next_href = "/vneid/vault?page=2";
  page.csrf = "csrf-token";
  return page;
}

inline ErrorPage error(ErrorKind kind) {
  ErrorPage page;
  page.kind = kind;
  page.csrf = "csrf-token";
  page.can_skip = true;
  page.can_retry_vneid = true;
  page.can_verify = kind == ErrorKind::unverified_number;
  if (kind == ErrorKind::review) page.review_code = "YC-2024-000123";
  return page;
}

using Rendering = std::function<std::string(const Renderer&, const PageContext&)>;

template <class Page>
Rendering of(Page page) {
  return [page = std::move(page)](const Renderer& renderer, const PageContext& context) {
    return renderer.render(page, context);
  };
}

/// Every page by name; each ErrorKind is one.
inline std::vector<std::pair<std::string, Rendering>> all() {
  LinksPage links;
  links.links = {link(), link("0905***456")};
  links.csrf = links.undo_csrf = "csrf-token";
  links.links[0].link = "7";
  links.can_link_another = true;
  links.links[1].undo_reference = "K7QF-2MXD";
  LinksPage no_links;
  LinkedPage again = linked();
  again.already_linked = true;
  again.flagged = false;
  again.moved.clear();
  again.stayed.clear();
  again.has_target = false;
  IdentityPage in_review = identity();
  in_review.note = IdentityPage::Note::in_review;
  in_review.review_code = "7K3M-9QXT";
  in_review.links.clear();
  in_review.csrf = "csrf-token";
  EditPage edit_wrong = edit();
  edit_wrong.rows[0].typed.problem = FieldProblem::locked;
  edit_wrong.rows[4].typed = {"12", FieldProblem::phone_form, false};
  edit_wrong.stores_away = true;
  VaultPage empty;
  empty.view = VaultPage::View::legacy;
  std::vector<std::pair<std::string, Rendering>> pages{
      {"notice", of(notice())},           {"linked", of(linked())},
      {"linked-again", of(again)},        {"links", of(links)},
      {"links-none", of(no_links)},       {"identity", of(identity())},
      {"identity-review", of(in_review)}, {"update", of(update())},
      {"update-folded", of(folded())},    {"edit", of(edit())},
      {"edit-wrong", of(edit_wrong)},     {"vault", of(vault())},
      {"vault-empty-legacy", of(empty)}};
  for (const auto reason : {SignInPage::Reason::required, SignInPage::Reason::idle,
                            SignInPage::Reason::signed_out, SignInPage::Reason::send_again}) {
    pages.emplace_back("signin-" + std::to_string(static_cast<int>(reason)),
                       of(SignInPage{reason, "/dang-nhap"}));
  }
  UpdatePage no_way_back = folded();
  no_way_back.can_skip = false;
  no_way_back.account_masked = "ng*******an";
  pages.emplace_back("update-enforced", of(no_way_back));
  NoticePage enforced = notice();
  enforced.enforced = enforced.foreign = true;
  pages.emplace_back("notice-enforced", of(enforced));
  pages.emplace_back("resume", of(ResumePage{"/nop-ho-so", {{"ten", "Nguyễn Văn An"}}}));
  const LinkOfferPage offer{"ng*****an", "N***** V** A*", "", "/nop-ho-so", "token", "token"};
  pages.emplace_back("offer", of(offer));
  LinkOfferPage unverified = offer;
  unverified.update_href = "/vneid/identity/update?return=%2Fnop-ho-so";
  pages.emplace_back("offer-unverified", of(unverified));
  pages.emplace_back("wait", of(WaitPage{"/vneid/callback/bca?waited=1"}));
  ChoicePage choice;
  choice.accounts = {{"ng*****an", "", false, 12, "05/03/2024"}, {"vs*****89", "", true, 0, ""}};
  pages.emplace_back("choice", of(choice));
  choice.adopts = choice.can_make_new = true;
  pages.emplace_back("choice-adopt", of(choice));
  choice.can_make_new = false;
  choice.can_keep = true;
  pages.emplace_back("choice-another", of(choice));
  choice.can_keep = false;
  choice.can_make_new = true;
  choice.accounts.clear();
  pages.emplace_back("choice-own", of(choice));
  pages.emplace_back("guide", of(GuidePage{"https://dichvucong.example.vn"}));
  for (const ErrorKind kind : all_error_kinds()) {
    pages.emplace_back("error-" + std::string(string_id(kind)), of(error(kind)));
  }
  return pages;
}

}  // namespace vneid::pages::samples
