#pragma once

#include "flows/base/audit_trail.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/live_session.hpp"
#include "flows/base/portal_assertion.hpp"
#include "flows/base/session_facts.hpp"

/// What every flow is made of.
