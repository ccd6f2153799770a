#include <array>

#include "pages/page_values.hpp"

namespace vneid::pages {

namespace {

using Name = std::string_view;

constexpr Name common[] = {
    "lang",           "title",      "portal_name",     "portal_href",  "style_href",
    "path",           "request_id", "legal_basis",     "csrf",         "show_nav",
    "nav_identity",   "nav_links",  "nav_vault",       "sign_out",     "is_error",
    "effective_date", "kiosk",      "refresh_seconds", "refresh_href", "sign_out_csrf",
    "logo_href",      "help",       "has_contact",     "hotline",      "hotline_href",
    "desk",           "hours",      "bring",           "is_guide"};

constexpr Name notice[] = {"account", "name", "days_left", "enforced", "linked", "register_at"};
constexpr Name notice_demands[] = {"account", "csrf", "path"};

constexpr Name linked[] = {
    "heading",   "number",       "provider",   "linked_on",     "account",  "moved",
    "has_moved", "moved_total",  "stayed",     "has_stayed",    "label",    "count",
    "flagged",   "newly_linked", "has_target", "continue_href", "last_step"};
constexpr Name linked_demands[] = {"number", "linked_on", "csrf", "path"};

constexpr Name links[] = {
    "links", "has_links",      "number",    "provider", "linked_on",       "account",
    "link",  "undo_reference", "undo_csrf", "can_link", "can_link_another"};
constexpr Name links_demands[] = {"number", "linked_on"};

constexpr Name identity[] = {
    "note",           "done",        "rows",        "field",           "status",      "label",
    "value",          "detail",      "is_verified", "is_self_entered", "is_empty",    "can_update",
    "review_code",    "review_text", "links",       "has_links",       "number",      "provider",
    "linked_on",      "account",     "of_account",  "missing",         "has_missing", "unverified",
    "has_unverified", "more",        "can_link"};
constexpr Name identity_demands[] = {"label", "value", "path"};

// Of a form: fields with what is wrong with them.
constexpr Name update[] = {
    "heading",      "folded",    "can_skip",     "source_name", "trouble", "problems",
    "has_problems", "fields",    "input_name",   "label",       "value",   "required",
    "inputmode",    "hint",      "problem_text", "described",   "locked",  "locked_text",
    "of_account",   "return_to", "back_href",    "on_the_way",  "not_me"};
constexpr Name update_demands[] = {"csrf", "path", "input_name", "value", "problem_text"};

constexpr Name edit[] = {"trouble",   "problems",   "has_problems", "fields", "input_name",
                         "label",     "value",      "inputmode",    "hint",   "problem_text",
                         "described", "locked",     "locked_text",  "is_sex", "is_male",
                         "is_female", "of_account", "not_me"};
constexpr Name edit_demands[] = {"csrf", "path", "input_name", "value", "problem_text"};

constexpr Name vault[] = {
    "legacy",    "records",    "has_records", "total",     "record_title", "kind",
    "badges",    "has_badges", "text",        "fields",    "label",        "value",
    "files",     "has_files",  "file_name",   "file_href", "file_detail",  "previous_href",
    "next_href", "has_pages",  "issued_on",   "query",     "filtered",     "is_information",
    "is_paper",  "is_result",  "can_search"};
constexpr Name vault_demands[] = {"record_title", "file_href"};

constexpr Name error[] = {"heading",    "text",       "tone_info", "tone_warning",    "tone_error",
                          "ref",        "unchanged",  "can_skip",  "can_retry_vneid", "can_verify",
                          "retry_href", "login_href", "vneid_href"};
constexpr Name error_demands[] = {"text", "request_id", "csrf", "path"};

constexpr Name signin[] = {"heading", "text", "login_href", "confirm"};
constexpr Name signin_demands[] = {"text", "csrf", "path"};

constexpr Name choice[] = {"heading", "adopts",     "own",        "can_make_new", "accounts",
                           "index",   "account",    "name",       "return_to",    "kind",
                           "papers",  "last_login", "login_page", "can_keep"};
constexpr Name choice_demands[] = {"account", "index", "csrf", "path", "return_to"};

constexpr Name offer[] = {"account", "name", "update_href", "return_to"};
constexpr Name offer_demands[] = {"account", "update_href", "return_to", "csrf", "path"};

constexpr Name wait[] = {"again_href", "text", "step"};
constexpr Name wait_demands[] = {"again_href"};

constexpr Name resume[] = {"target", "fields", "input_name", "value"};
constexpr Name resume_demands[] = {"target", "input_name", "value"};

constexpr Name guide[] = {"address"};
constexpr Name guide_demands[] = {"address"};

constexpr std::array all{
    PageSpec{"notice", notice, notice_demands}, PageSpec{"linked", linked, linked_demands},
    PageSpec{"links", links, links_demands},    PageSpec{"identity", identity, identity_demands},
    PageSpec{"update", update, update_demands}, PageSpec{"edit", edit, edit_demands},
    PageSpec{"vault", vault, vault_demands},    PageSpec{"error", error, error_demands},
    PageSpec{"signin", signin, signin_demands}, PageSpec{"choice", choice, choice_demands},
    PageSpec{"offer", offer, offer_demands},    PageSpec{"wait", wait, wait_demands},
    PageSpec{"resume", resume, resume_demands}, PageSpec{"guide", guide, guide_demands},
};

}  // namespace

std::span<const PageSpec> specs() noexcept { return all; }
std::span<const std::string_view> common_values() noexcept { return common; }

}  // namespace vneid::pages
