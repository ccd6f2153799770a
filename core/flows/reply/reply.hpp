#pragma once

#include "flows/reply/absolute_answer.hpp"
#include "flows/reply/api_reply.hpp"
#include "flows/reply/api_request.hpp"
#include "flows/reply/error_labels.hpp"
#include "flows/reply/expired_portal_cookie.hpp"
#include "flows/reply/failure.hpp"
#include "flows/reply/held_ticket.hpp"
#include "flows/reply/intent.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/reply/require_session.hpp"
#include "flows/reply/return_to.hpp"
#include "flows/reply/script_reply.hpp"

/// How flows answer.
