#include "flows/menu/entries.hpp"

#include "flows/reply/reply.hpp"
#include "pages/escape.hpp"

namespace vneid::flows {

namespace {

using pages::escape_html;

std::string escaped(const Wording& wording, std::string_view string_id) {
  return escape_html(wording.renderer.text(string_id, wording.context));
}

std::string banner_text(const Banner& banner, const Wording& wording) {
  std::string text = wording.renderer.text("menu.banner", wording.context);
  if (banner.days_left) {
    const std::string days = std::to_string(*banner.days_left);
    text += ' ';
    text += wording.renderer.text("count", wording.context,
                                  {{"days_left", days}, {"effective_date", banner.enforce_date}});
  }
  return text;
}

std::string hidden_field(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string{name} + "\" value=\"" + escape_html(value) +
         "\">";
}

}  // namespace

std::vector<Entry> entries_for(const Visitor& visitor, const std::string& path,
                               std::string_view return_to) {
  if (visitor.kept_out) return {};
  const std::string login = page_url(path, "login", return_to);
  if (!visitor.live) return {{"sign_in", "notice.vneid", login}};
  std::vector<Entry> entries{{"identity", "layout.menu", path + "identity"},
                             {"links", "layout.links", path + "links"},
                             {"vault", "layout.vault", path + "vault"}};
  if (visitor.linkable) entries.push_back({"link", "offer.link", login});
  return entries;
}

std::string html_of(const std::vector<Entry>& entries, const Wording& wording) {
  if (entries.empty()) return {};
  std::string html = "<ul class=\"vneid-menu\" lang=\"";
  html += pages::tag(wording.context.language);
  html += "\">\n";
  for (const Entry& entry : entries) {
    html += "<li class=\"vneid-menu-";
    html += entry.id;
    html += "\"><a href=\"" + escape_html(entry.href) + "\">" + escaped(wording, entry.string_id) +
            "</a></li>\n";
  }
  return html + "</ul>\n";
}

std::string html_of(const Banner& banner, const Wording& wording) {
  std::string html = "<div class=\"vneid-banner\" lang=\"";
  html += pages::tag(wording.context.language);
  html += "\">\n<p class=\"vneid-banner-text\">" + escape_html(banner_text(banner, wording)) +
          " <a class=\"vneid-banner-link\" href=\"" + escape_html(banner.link_href) + "\">" +
          escaped(wording, "offer.link") + "</a></p>\n";
  html += R"(<form class="vneid-banner-later" method="post" action=")" +
          escape_html(banner.later_action) + "\">" + hidden_field("csrf", banner.csrf) +
          hidden_field("return", banner.return_to) + "<button type=\"submit\">" +
          escaped(wording, "menu.later") + "</button></form>\n";
  return html + "</div>\n";
}

json_t* json_of(const std::vector<Entry>& entries, const Wording& wording) {
  json_t* array = json_array();
  for (const Entry& entry : entries) {
    json_t* object = json_object();
    put_text(object, "id", entry.id);
    put_text(object, "text", wording.renderer.text(entry.string_id, wording.context));
    put_text(object, "href", entry.href);
    json_array_append_new(array, object);
  }
  return array;
}

json_t* json_of(const Banner& banner, const Wording& wording) {
  json_t* object = json_object();
  put_text(object, "text", banner_text(banner, wording));
  if (banner.days_left) json_object_set_new(object, "days_left", json_integer(*banner.days_left));
  put_text(object, "link", banner.link_href);
  put_text(object, "link_text", wording.renderer.text("offer.link", wording.context));
  put_text(object, "later", banner.later_action);
  put_text(object, "later_text", wording.renderer.text("menu.later", wording.context));
  put_text(object, "csrf", banner.csrf);
  return object;
}

}  // namespace vneid::flows
