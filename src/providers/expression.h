// expression.h: the small language of provider files, which says where a value stands in what the provider answered.
//   expr  = alt { " | " alt }        the first alternative that gives a value; "" and null count as none
//   alt   = doc ":" pointer          t: token answer, u: u2: u3: ... answers of [[user]], i: what was verified: claims of the id_token,
//                                    the assertion, the signed callback; c: callback, r: the request that begins a login, h: headers of
//                                    the last answer of [[user]].
//                                    Pointers are RFC 6901; besides, "*" is the first member, "[k=v,k=v]" the first element that has
//                                    these, "[k]" the first that has a k, and "{expr}" a member whose name is itself an expression
//         | name                     a setting or variable: client_id, client_secret, access_token, scope, api_url, ...
//         | "'" text "'"             itself
//         | name "(" expr, ... ")"   before(x,s) after(x,s) last(x,s) if(x,a,b) hmac_sha256_hex(key,x) ...: the table is in functions.cc.
//                                    label(x), host(x,'.example.com') and url(x,'example.com') are the only ways for a value from outside
//                                    to name a host: they give it only if it is what they say.
//         | '"' template '"'
// A template is text with {expr} in it; if one of them gives no value, the template gives none.
// Compiled at start, evaluated without side effects; a Values lives as long as the answers it points into.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "json/value.h"

namespace providers {

using Variables = std::map<std::string, std::string, std::less<>>;
using Secrets = std::map<std::string, base::Secret, std::less<>>;

/// What expressions read.
struct Values {
  json::Value token = {}, id_token = {}, callback = {}, request = {}, headers = {};
  std::vector<json::Value> user = {};
  const Variables* variables = nullptr;         // of the provider: settings, client_id, scope, ...
  const base::Secret* client_secret = nullptr;  // the variable of that name
  const Variables* more = nullptr;              // of this login: access_token; looked at first
  const Secrets* secrets = nullptr;             // settings that are secret
};

class Expression {
 public:
  /// Parts put into a URL: values from documents are percent-encoded, so that none can name another path or host. Variables are the
  /// operator's own and stand as they are.
  enum class Escape { none, url };

  /// Error.say: what is wrong and at which character.
  static base::Result<Expression> parse(std::string_view text);
  static base::Result<Expression> parse_template(std::string_view text);

  /// An expression that gives `text`, whatever stands in it.
  static Expression text(std::string text);

  std::optional<std::string> evaluate(const Values& values, Escape escape = Escape::none) const;
  /// As evaluate, for a user's id: true and false name nobody, since everybody's would be one user.
  std::optional<std::string> identifier(const Values& values) const;
  /// As evaluate, but a pointer to an array gives each of its elements. For conditions: one match is enough.
  std::vector<std::string> each(const Values& values) const;
  /// One alternative alone; nullopt beyond the last.
  std::optional<std::string> alternative(std::size_t index, const Values& values) const;
  std::size_t alternatives() const noexcept { return root_.kind == Kind::any ? root_.parts.size() : 1; }
  /// What stands before the first value from a document: the part of a URL that the operator alone decides. Guarded values have a stand-in.
  std::string fixed_part(const Values& values) const;
  /// True if a value of one of `documents` ("ti") is read.
  bool reads(std::string_view documents) const noexcept { return reads(root_, documents); }
  /// The variables it names and the highest user answer it reads (0 = none), for checking them at start.
  std::vector<std::string> variables() const;
  /// The first member that it reads of `document`; "" = none. For telling which parameter a request lacks.
  std::string first_member(char document) const { return first_member(root_, document); }
  std::size_t user_answers() const noexcept { return user_answers(root_); }

  struct Node;
  using Function = std::optional<std::string> (*)(const std::vector<Node>& arguments, const Values& values);
  /// Every document there is: what is known only after the login began, or came from outside.
  static constexpr std::string_view kDocuments = "tuicrh";
  /// What fixed_part() has in the place of a label that a guard will let through.
  static constexpr const char* kGuardedLabel = "guarded-label";
  struct Step {
    std::string name;                                              // member or index; "*" = first
    std::vector<std::pair<std::string, std::string>> equals = {};  // [k=v,...]
    std::string has = {};                                          // [k]
    std::vector<Node> computed = {};                               // {expr}: one
  };
  enum class Kind { pointer, variable, literal, call, all, any };
  struct Node {
    Kind kind = Kind::literal;
    char document = 0;             // pointer: t u i c r h
    std::size_t number = 0;        // pointer: which user answer
    std::string text = {};         // variable: its name; literal: itself
    std::vector<Step> steps = {};  // pointer
    std::vector<Node> parts = {};  // call: arguments; all: pieces of a template; any: alternatives
    Function function = nullptr;
    const char* stand_in = nullptr;  // call that guards a host: what stands for its value when an address is judged before there is one
  };

 private:
  Node root_;
  static bool reads(const Node& node, std::string_view documents) noexcept;
  static std::size_t user_answers(const Node& node) noexcept;
  static std::string first_member(const Node& node, char document);
  static void collect(const Node& node, std::vector<std::string>& names);
};

/// For the functions of functions.cc.
std::optional<std::string> evaluate(const Expression::Node& node, const Values& values,
                                    Expression::Escape escape = Expression::Escape::none);
struct FunctionEntry {
  std::string_view name;
  std::size_t arguments;
  Expression::Function call;
  const char* stand_in = nullptr;  // label, host, url: see Node
};
const FunctionEntry* find_function(std::string_view name) noexcept;

}  // namespace providers
