#pragma once

#include "gateway/identity.h"

#include <map>
#include <string>
#include <utility>

namespace codencollab {

/// Knows the tokens that the test gives it; may be made to answer in a later turn.
class FakeIdentity final : public gateway::Identity {
  public:
    void verify(std::string token, Loop& loop, Callback<gateway::Caller> done) override {
        const auto found = callers.find(token);
        Result<gateway::Caller> answer = fail(ErrorCode::invalid_token, "No such token.");
        if (found != callers.end()) answer = found->second;
        if (!answers_later) return done(std::move(answer));
        loop.post([done = std::move(done), answer = std::move(answer)]() mutable {
            done(std::move(answer));
        });
    }
    std::map<std::string, gateway::Caller> callers;
    bool answers_later = false;
};

}  // namespace codencollab
