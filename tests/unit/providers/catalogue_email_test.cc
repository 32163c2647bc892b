// No provider of the catalogue makes a verified e-mail of an address that it merely told. For each file the answers are made up from its
// own map: the address where each alternative of `email` points to, and what `email_verified` reads absent, false, or true elsewhere. An
// account belongs to whoever has a verified address (accounts.link_by_email, allowed_domains), so that one careless expression in one file
// would open the accounts of all.
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "base/text.h"
#include "json/writer.h"
#include "providers/catalogue.h"
#include "providers/layers.h"
#include "providers/profile.h"
#include "providers/spec.h"

namespace {

namespace data = boost::unit_test::data;

/// Files that call an address verified because it is there at all. A name more or less here is a decision of people, with its reason.
const std::map<std::string, const char*> kPresenceSuffices = {
    {"twitch", "its reference: the user's verified e-mail address, left out where there is none"},
};
/// Files whose flag is the time of the verification: any text is one.
const std::set<std::string> kTimes = {"gitlab"};

/// What a flag may hold (JSON) that does not say yes; of a time, what is none.
const std::vector<const char*> kNo = {"null", "false", "\"false\"", "\"\"", "{}", "[]", "0", "\"0\"", "\"no\"", "\"True\"", "2"};
const std::vector<const char*> kNoTimes = {"null", "false", "\"false\"", "\"\"", "{}", "[]"};

// ---- answers, made from pointers -------------------------------------------------------------------------------------------------------
struct Tree {
  std::string scalar = "null";  // JSON
  std::vector<std::pair<std::string, Tree>> members;
  std::vector<Tree> elements;

  Tree& member(const std::string& name) {
    for (auto& [key, value] : members) {
      if (key == name) return value;
    }
    return members.emplace_back(name, Tree{}).second;
  }
  void write(json::Writer& w) const {
    if (!elements.empty()) {
      w.array();
      for (const auto& one : elements) one.write(w);
      w.end_array();
    } else if (!members.empty()) {
      w.object();
      for (const auto& [name, value] : members) {
        w.key(name);
        value.write(w);
      }
      w.end_object();
    } else {
      w.raw(scalar);
    }
  }
};

/// A pointer as the file has it: "u2" and its steps.
struct Pointer {
  std::string document;
  std::vector<std::string> steps;
  auto operator<=>(const Pointer&) const = default;
};

/// The place that a pointer names, made where it is not there; null if there is a list where it wants an object, or the reverse.
Tree* place(Tree& from, const std::vector<std::string>& steps, const providers::Spec& spec) {
  auto* at = &from;
  for (const auto& step : steps) {
    if (step.starts_with('[') ? !at->members.empty() : !at->elements.empty() && step != "*" && !base::parse_int(step)) return nullptr;
    if (step.starts_with('[')) {  // the first element that has these
      const auto pairs = base::split(step.substr(1, step.size() - 2), ',');
      const auto fits = [&](Tree& element) {
        return std::all_of(pairs.begin(), pairs.end(), [&](const std::string& pair) {
          const auto& value = element.member(pair.substr(0, pair.find('='))).scalar;
          return pair.find('=') == std::string::npos ? value != "null" : value == '"' + pair.substr(pair.find('=') + 1) + '"';
        });
      };
      auto it = std::find_if(at->elements.begin(), at->elements.end(), fits);
      if (it == at->elements.end()) {
        if (at->elements.empty()) at->elements.emplace_back();  // so that "the first element" is another one
        it = at->elements.insert(at->elements.end(), Tree{});
        for (const auto& pair : pairs) {
          const auto equals = pair.find('=');
          it->member(pair.substr(0, equals)).scalar = equals == std::string::npos ? "\"x\"" : '"' + pair.substr(equals + 1) + '"';
        }
      }
      at = &*it;
    } else if (const auto index = base::parse_int(step == "*" ? "0" : step); index && at->members.empty()) {
      while (at->elements.size() <= static_cast<std::size_t>(*index)) at->elements.emplace_back();
      at = &at->elements[static_cast<std::size_t>(*index)];
    } else if (step.starts_with('{')) {  // a member whose name is a setting
      at = &at->member(spec.variables.at(step.substr(1, step.size() - 2)));
    } else {
      at = &at->member(step);
    }
  }
  return at;
}

// ---- what an expression points to, read anew from its text -----------------------------------------------------------------------------
std::size_t end_of_literal(std::string_view text, std::size_t at) { return std::min(text.find('\'', at + 1), text.size() - 1); }

std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto from = i;
    if (text[i] == '\'') i = end_of_literal(text, i);
    if (text[i] == '(' || text[i] == '{') ++depth;
    if (text[i] == ')' || text[i] == '}') --depth;
    if (text[i] == '|' && depth == 0) {
      out.emplace_back();
    } else {
      out.back() += text.substr(from, i - from + 1);
    }
  }
  return out;
}

Pointer pointer_at(std::string_view text, std::size_t& at) {
  Pointer out;
  while (text[at] != ':') out.document += text[at++];
  ++at;
  while (at < text.size() && text[at] == '/') {
    const auto open = ++at;
    const bool closed = text.substr(at, 1) == "[" || text.substr(at, 1) == "{";
    at = closed ? text.find_first_of("]}", at) + 1 : std::min(text.find_first_of("/ |,)}\"", at), text.size());
    std::string step{text.substr(open, at - open)};
    for (const auto& [escaped, plain] : {std::pair{"~1", "/"}, {"~0", "~"}}) {
      if (const auto found = step.find(escaped); found != std::string::npos) step.replace(found, 2, plain);
    }
    out.steps.push_back(std::move(step));
  }
  return out;
}

std::vector<Pointer> pointers(std::string_view text) {
  std::vector<Pointer> out;
  const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\'') {
      i = end_of_literal(text, i) + 1;
    } else if (!is_name(text[i])) {
      ++i;
    } else {
      auto end = i;
      while (end < text.size() && is_name(text[end])) ++end;
      if (text.substr(end, 2) == ":/") {
        out.push_back(pointer_at(text, i));
      } else {
        i = end;
      }
    }
  }
  return out;
}

// ---- one file
// ----------------------------------------------------------------------------------------------------------------------------
const std::string kAddress = "ann@x.example";

/// What the engines take where a file says nothing. OpenID Connect asks for userinfo unless the file has an empty `user`.
struct Usual {
  const char* protocol;
  bool asks;
  const char *email, *verified;
};
constexpr Usual kUsual[] = {{"oidc", true, "u:/email | i:/email", "u:/email_verified | i:/email_verified"},
                            {"oidc", false, "i:/email", "i:/email_verified"},
                            {"openid2", true, "i:/email", ""}};

struct File {
  providers::Spec spec;
  std::vector<std::vector<Pointer>> email, verified;  // for each alternative

  static File open(const std::string& name) {
    static const auto layers = providers::Layers::open("");
    const auto node = *layers->resolve(name, config::Node{config::Node::Table{}, ""});
    File out{*providers::read_spec(node, name, false), {}, {}};
    const auto said = [&](const char* key) {
      const auto* map = node.get("map");
      const auto* text = map == nullptr ? nullptr : map->get(key);
      return text == nullptr ? std::string{} : *text->string();
    };
    auto email = said("email"), verified = said("email_verified");
    const bool asks = !out.spec.user || !out.spec.user->empty();
    for (const auto& usual : kUsual) {
      if (!email.empty() || out.spec.protocol != usual.protocol || asks != usual.asks) continue;
      email = usual.email;
      if (verified.empty()) verified = usual.verified;
    }
    if (!email.empty()) {
      for (const auto& one : alternatives(email)) out.email.push_back(pointers(one));
    }
    if (!verified.empty()) {
      for (const auto& one : alternatives(verified)) out.verified.push_back(pointers(one));
    }
    out.spec.map.uid = providers::Expression::text("1");
    out.spec.uid_is_email = false;
    return out;
  }

  bool is_address(const Pointer& pointer, std::size_t alternative) const {
    const auto& own = email[alternative];
    return std::find(own.begin(), own.end(), pointer) != own.end();
  }

  /// A flag of another document, or of another element of a list, is about another address (CVE-2026-14781).
  bool beside_its_address(const Pointer& flag, std::size_t alternative) const {
    return std::any_of(email[alternative].begin(), email[alternative].end(), [&](const Pointer& address) {
      std::size_t same = 0;
      for (std::size_t i = 0; i < address.steps.size(); ++i) {
        if (address.steps[i].starts_with('[') || address.steps[i] == "*" || base::parse_int(address.steps[i])) same = i + 1;
      }
      return flag.document == address.document && flag.steps.size() > same &&
             std::equal(address.steps.begin(), address.steps.begin() + static_cast<std::ptrdiff_t>(same), flag.steps.begin());
    });
  }

  using Flags = std::map<Pointer, std::string>;  // JSON
  /// Those of one alternative of email_verified, or of all but it.
  Flags flags(std::size_t alternative, bool others, const std::string& value) const {
    std::set<Pointer> own, rest;
    for (std::size_t i = 0; i < verified.size(); ++i) (i == alternative ? own : rest).insert(verified[i].begin(), verified[i].end());
    Flags out;
    for (const auto& pointer : others ? rest : own) {
      if (!is_address(pointer, alternative) && !(others && own.contains(pointer))) out[pointer] = value;
    }
    return out;
  }

  /// Who comes out of an answer with the address at this alternative.
  providers::Identity who(std::size_t alternative, const Flags& flags) const {
    std::map<std::string, Tree> trees;
    for (const auto& pointer : email[alternative]) place(trees[pointer.document], pointer.steps, spec)->scalar = '"' + kAddress + '"';
    for (const auto& [pointer, value] : flags) {
      if (auto* flag = place(trees[pointer.document], pointer.steps, spec)) flag->scalar = value;
    }
    std::map<std::string, json::Document> documents;
    for (const auto& [name, tree] : trees) {
      json::Writer w;
      tree.write(w);
      documents.emplace(name, *json::Document::parse(w.take()));
    }
    const auto root = [&](const std::string& name) {
      const auto it = documents.find(name);
      return it == documents.end() ? json::Value{} : it->second.root();
    };
    auto values = spec.values();
    values.token = root("t");
    values.id_token = root("i");
    values.callback = root("c");
    values.headers = root("h");
    for (const auto* name : {"u", "u2", "u3", "u4"}) values.user.push_back(root(name));
    return *providers::make_identity(spec, values, "x", "x");
  }
};

/// The address comes out, verified or not.
void judge(const File& file, std::size_t alternative, const File::Flags& flags, bool verified, const std::string& what) {
  const auto who = file.who(alternative, flags);
  BOOST_TEST(who.email == kAddress, "alternative " << alternative << ", " << what);
  BOOST_TEST(who.email_verified == verified, "alternative " << alternative << ", " << what);
}

std::vector<std::string> names() { return providers::catalogue_names(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_catalogue_email)

BOOST_DATA_TEST_CASE(an_address_is_verified_only_where_its_own_answer_says_so, data::make(names()), name) {
  const auto file = File::open(name);
  BOOST_REQUIRE((file.email.empty() == !file.spec.map.email));
  if (file.email.empty()) return;
  BOOST_REQUIRE(file.email.size() == file.spec.map.email->alternatives());
  BOOST_REQUIRE(file.verified.size() == (file.spec.map.email_verified ? file.spec.map.email_verified->alternatives() : 0u));
  const bool presence = kPresenceSuffices.contains(name);
  for (std::size_t i = 0; i < file.email.size(); ++i) {
    judge(file, i, {}, presence, "nothing is said");
    for (const auto* no : kTimes.contains(name) ? kNoTimes : kNo) {
      auto flags = file.flags(i, false, no);
      flags.merge(file.flags(i, true, no));
      judge(file, i, flags, presence, no);
    }
    judge(file, i, file.flags(i, true, "true"), presence, "true of another address");
  }
}

BOOST_DATA_TEST_CASE(where_it_says_so_it_is_believed, data::make(names()), name) {
  const auto file = File::open(name);
  for (std::size_t i = 0; i < std::min(file.email.size(), file.verified.size()); ++i) {
    judge(file, i, file.flags(i, false, "true"), true, "true");
  }
}

BOOST_DATA_TEST_CASE(what_says_so_stands_beside_the_address, data::make(names()), name) {
  const auto file = File::open(name);
  BOOST_TEST(file.verified.size() <= file.email.size());
  for (std::size_t i = 0; i < std::min(file.email.size(), file.verified.size()); ++i) {
    BOOST_TEST(!file.verified[i].empty(), "alternative " << i << " reads nothing of the answer");
    for (const auto& flag : file.verified[i]) BOOST_TEST(file.beside_its_address(flag, i), "alternative " << i);
  }
}

BOOST_AUTO_TEST_CASE(the_exceptions_are_files_of_the_catalogue) {
  const auto all = names();
  for (const auto& [name, why] : kPresenceSuffices) BOOST_TEST(std::binary_search(all.begin(), all.end(), name), name << ": " << why);
  for (const auto& name : kTimes) BOOST_TEST(std::binary_search(all.begin(), all.end(), name), name);
}

BOOST_AUTO_TEST_CASE(what_is_made_up_is_what_the_pointers_name) {
  const auto all = pointers("if(u:/a/0/b, \"{u2:/c/[d=e]/f~1g}-x\", 't:/no') | i:/{key}/*");
  const std::vector<Pointer> want{{"u", {"a", "0", "b"}}, {"u2", {"c", "[d=e]", "f/g"}}, {"i", {"{key}", "*"}}};
  BOOST_TEST((all == want));
  BOOST_TEST(alternatives("if(a | 'b|c', \"{d | e}\", f) | g").size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
