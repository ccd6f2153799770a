#include "module/login/portal_question.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

#include "module/guard.hpp"
#include "module/login/asking_request.hpp"
#include "module/pool.hpp"
#include "module/request/mark.hpp"
#include "text/ascii.hpp"
#include "text/json_pointer.hpp"

namespace vneid::ngx {

namespace {

/// Of the portal's answer to `ask=`; a person described in JSON takes a few hundred bytes.
constexpr std::size_t most_body = std::size_t{64} * 1024;

using Read = std::expected<std::string, std::string>;

struct Reader {
  ngx_http_request_t* asking;
  std::string_view body;

  Read operator()(const WholeBody& /*whole*/) const {
    auto line = body;
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_of("\r\n") == std::string_view::npos) return std::string{text::trim(line)};
    return std::unexpected("its answer is not one line of text");
  }

  Read operator()(const JsonPointer& at) const {
    auto found = text::json_text_at(body, {at.pointer}, most_body);
    if (!found) return std::unexpected("its answer " + found.error());
    return std::move(*found).value_or("");
  }

  Read operator()(const Pattern& pattern) const {
    int captures[6] = {};
    ngx_str_t subject = in_pool(asking->pool, body);
    const ngx_int_t matched = ngx_regex_exec(pattern.regex, &subject, captures, 6);
    if (matched == NGX_REGEX_NO_MATCHED) return std::string{};
    if (matched < 0) return std::unexpected("the pattern of \"ask_account=\" cannot be applied");
    const int* group = captures[3] > 0 ? captures + 2 : captures;
    return std::string{body.substr(static_cast<std::size_t>(group[0]),
                                   static_cast<std::size_t>(group[1] - group[0]))};
  }

  Read operator()(const AnswerVariable& variable) const {
    ngx_str_t text{};
    if (ngx_http_complex_value(asking, variable.value, &text) != NGX_OK) throw std::bad_alloc();
    return copy(text);
  }
};

/// What says that nobody is logged in, rather than that something is wrong.
[[nodiscard]] bool says_nobody(ngx_int_t status) noexcept {
  return status == 204 || status == 401 || status == 403 || (status >= 300 && status < 400);
}

}  // namespace

PortalQuestion::PortalQuestion(EventLoop& loop, ngx_http_request_t* r, const PortalAsked& asked)
    : r_(r), asked_(asked), ended_(loop) {}

PortalQuestion::~PortalQuestion() {
  RequestMark* found = find_mark(r_);
  if (found != nullptr && found->question == this) found->question = nullptr;
}

Task<std::expected<PortalWord, std::string>> PortalQuestion::ask() {
  begin();
  co_await ended_;
  co_return std::move(word_);
}

void PortalQuestion::begin() {
  RequestMark& here = mark(r_);
  here.question = this;
  auto* end = plain_in_pool<ngx_http_post_subrequest_t>(r_->pool);
  end->handler = on_end;
  end->data = &here;
  here.asking = begin_asking(r_, asked_.uri, end);
}

bool PortalQuestion::asks(ngx_http_request_t* r) noexcept {
  if (r == r->main) return false;
  const RequestMark* found = find_mark(r);
  return found != nullptr && found->asking == r;
}

void PortalQuestion::on_body(ngx_http_request_t* r, ngx_chain_t* in) {
  PortalQuestion* waiting = find_mark(r)->question;
  for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
    if (waiting != nullptr) waiting->collect(*link->buf);
    link->buf->pos = link->buf->last;
    link->buf->file_pos = link->buf->file_last;
  }
}

void PortalQuestion::collect(const ngx_buf_t& buffer) {
  whole_ = whole_ || buffer.last_buf || buffer.last_in_chain;
  if (ngx_buf_in_memory(&buffer)) {
    const auto size = static_cast<std::size_t>(buffer.last - buffer.pos);
    readable_ = readable_ && body_.size() + size <= most_body;
    if (readable_) body_.append(reinterpret_cast<const char*>(buffer.pos), size);
  } else if (buffer.in_file) {
    readable_ = false;
  }
}

/// Always NGX_OK: whatever has become of the subrequest, its request goes on.
ngx_int_t PortalQuestion::on_end(ngx_http_request_t* asking, void* data,
                                 ngx_int_t status) noexcept {
  PortalQuestion* waiting = static_cast<RequestMark*>(data)->question;
  if (waiting == nullptr) return NGX_OK;
  guard(asking->connection->log, "ask=", 0, [&] {
    waiting->conclude(asking, status);
    return 0;
  });
  waiting->ended_.wake();
  return NGX_OK;
}

void PortalQuestion::conclude(ngx_http_request_t* asking, ngx_int_t status) {
  word_ = std::unexpected("its answer cannot be read");  // if what follows throws
  if (status < NGX_HTTP_OK) status = static_cast<ngx_int_t>(asking->headers_out.status);
  if (says_nobody(status)) {
    word_ = PortalWord{};
    return;
  }
  if (status != NGX_HTTP_OK) {
    word_ = std::unexpected("it answered with status " + std::to_string(status));
    return;
  }
#if (NGX_HTTP_CACHE)
  if (asking->cached) {
    word_ = std::unexpected("it was answered from a cache, which knows nobody: take it out of it");
    return;
  }
#endif
  if (!whole_) {
    word_ = std::unexpected("its answer broke off");
    return;
  }
  if (!readable_) {
    word_ = std::unexpected("its answer is larger than 64 KB or not in memory");
    return;
  }
  auto account = read(asking, asked_.account);
  auto kind = asked_.kind ? read(asking, *asked_.kind) : Read{};
  if (!account) {
    word_ = std::unexpected(std::move(account.error()));
  } else if (!kind) {
    word_ = std::unexpected(std::move(kind.error()));
  } else {
    word_ = PortalWord{*std::move(account), *std::move(kind)};
  }
}

std::expected<std::string, std::string> PortalQuestion::read(ngx_http_request_t* asking,
                                                             const AnswerPart& part) const {
  // A portal that shows everybody its login page instead knows nobody.
  const auto type = view(asking->headers_out.content_type);
  const bool page = text::equal_without_case(type.substr(0, 9), "text/html");
  const bool wants_page =
      std::holds_alternative<Pattern>(part) || std::holds_alternative<AnswerVariable>(part);
  if (page && !wants_page) return std::string{};
  return std::visit(Reader{asking, body_}, part);
}

}  // namespace vneid::ngx
