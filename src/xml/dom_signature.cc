#include "xml/dom_signature.h"

#include <xmlsec/buffer.h>
#include <xmlsec/crypto.h>
#include <xmlsec/templates.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "xml/node.h"
#include "xml/xmlsec.h"

namespace xml::dom {
namespace {

constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr auto kC14n = std::to_array<std::string_view>({
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
});
constexpr auto kMethods = std::to_array<std::string_view>({
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
});
constexpr auto kDigests = std::to_array<std::string_view>({
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
});
constexpr auto kSha1Methods =
    std::to_array<std::string_view>({"http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"});
constexpr auto kSha1Digests = std::to_array<std::string_view>({"http://www.w3.org/2000/09/xmldsig#sha1"});

base::Error refused(std::string why) { return {base::Code::denied, "signature: " + std::move(why)}; }

/// True if the children of `parent` are `names` in this order, all of xmldsig; a name with '?' may be missing.
bool consists_of(const Element& parent, std::initializer_list<std::string_view> names) {
  const auto children = parent.children();
  auto child = children.begin();
  for (auto name : names) {
    const bool optional = name.starts_with('?');
    if (optional) name.remove_prefix(1);
    if (child != children.end() && child->is(name, kDsig)) {
      ++child;
    } else if (!optional) {
      return false;
    }
  }
  return child == children.end();
}

/// What may stand in a method or a transform: nothing, or the prefixes of exclusive canonicalization. Those few: they are looked up at
/// every element.
bool is_plain(const Element& method, bool prefixes) {
  const auto inside = method.children();
  if (inside.empty()) return true;
  const bool list =
      inside.size() == 1 && inside[0].is("InclusiveNamespaces", "http://www.w3.org/2001/10/xml-exc-c14n#") && inside[0].leaf();
  return prefixes && list && inside[0].attribute("PrefixList").value_or("").size() <= 256;
}

base::Status check_algorithm(const Element& method, std::span<const std::string_view> strong, std::span<const std::string_view> sha1,
                             const SignatureRules& rules) {
  const auto name = algorithm_of(method);
  if (!is_plain(method, false)) return refused(std::string{method.name()} + " with something in it");
  if (one_of(name, strong) || (rules.sha1 && one_of(name, sha1))) return base::ok;
  if (one_of(name, sha1)) return refused("SHA-1 is not allowed");
  return refused(std::string{method.name()} + " is none of the allowed");
}

/// Enveloped-signature, then at most one canonicalization. Without one, inclusive canonicalization is meant (xmldsig 4.4.3.2).
base::Status check_transforms(const Element& transforms) {
  const auto list = transforms.children();
  if (list.empty() || list.size() > 2) return refused("one or two transforms are allowed");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto name = algorithm_of(list[i]);
    const bool good = list[i].is("Transform", kDsig) && (i == 0 ? name == kEnveloped : one_of(name, kC14n));
    if (!good) return refused("transforms other than enveloped-signature and canonicalization (saml-core 5.4.4)");
    if (!is_plain(list[i], i > 0)) return refused("a transform with something in it");
  }
  return base::ok;
}

/// The whole form of a SAML signature (saml-core 5.4.2 to 5.4.4), before any of it is computed.
base::Status check_form(const Element& signature, const std::string& id, const SignatureRules& rules) {
  if (!consists_of(signature, {"SignedInfo", "SignatureValue", "?KeyInfo"})) return refused("Signature has more or less than it should");
  const auto info = signature.child("SignedInfo", kDsig);
  if (!consists_of(info, {"CanonicalizationMethod", "SignatureMethod", "Reference"})) return refused("not exactly one Reference");
  const auto reference = info.child("Reference", kDsig);
  if (!consists_of(reference, {"Transforms", "DigestMethod", "DigestValue"})) return refused("Reference has more or less than it should");
  if (reference.attribute("URI") != "#" + id) return refused("Reference is not to the element that it stands in");
  const auto c14n = info.child("CanonicalizationMethod", kDsig);
  if (!one_of(algorithm_of(c14n), kC14n) || !is_plain(c14n, true)) return refused("CanonicalizationMethod is none of the allowed");
  if (auto good = check_algorithm(info.child("SignatureMethod", kDsig), kMethods, kSha1Methods, rules); !good) return good;
  if (auto good = check_algorithm(reference.child("DigestMethod", kDsig), kDigests, kSha1Digests, rules); !good) return good;
  return check_transforms(reference.child("Transforms", kDsig));
}

/// How many attributes that could be an ID (ID, Id, id, xml:id) have this value, in the whole document.
std::size_t count_ids(const Element& under, const std::string& id) {
  std::size_t count = 0;
  for (const auto& attribute : under.attributes()) count += base::equal_no_case(attribute.name, "id") && attribute.value == id;
  for (const auto& child : under.children()) count += count_ids(child, id);
  return count;
}

bool is_plain_id(std::string_view id) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  return !id.empty() && id.size() <= 256 && std::all_of(id.begin(), id.end(), good);
}

/// The ID is made known to the reference's resolver for as long as this lives: this element's alone, so nothing else can be found by it.
class KnownId {
  xmlAttr* attribute_;
  bool good_;

 public:
  KnownId(xmlNode* node, const std::string& id)
      : attribute_(xmlHasNsProp(node, chars("ID"), nullptr)),
        good_(attribute_ != nullptr && xmlAddID(nullptr, node->doc, chars(id.c_str()), attribute_) != nullptr) {}
  KnownId(const KnownId&) = delete;
  KnownId& operator=(const KnownId&) = delete;
  ~KnownId() {
    if (good_) xmlRemoveID(attribute_->doc, attribute_);
  }
  bool good() const noexcept { return good_; }
};

enum class Outcome { good, bad_digest, bad_value, failed };

/// One try with one key. `content` are the bytes that the digest was made of.
Outcome try_key(xmlNode* signature, const PeerKey& key, std::string& content) {
  const DSigCtx ctx{xmlSecDSigCtxCreate(nullptr)};  // no key manager: the document's KeyInfo has nowhere to find a key
  if (!ctx) return Outcome::failed;
  ctx->flags = XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
  ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  ctx->signKey = key.impl().copy().release();
  if (ctx->signKey == nullptr || xmlSecDSigCtxVerify(ctx.get(), signature) < 0) return Outcome::failed;
  if (xmlSecPtrListGetSize(&ctx->signedInfoReferences) != 1 || xmlSecPtrListGetSize(&ctx->manifestReferences) != 0) return Outcome::failed;
  auto* reference = static_cast<xmlSecDSigReferenceCtx*>(xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0));
  if (reference == nullptr || reference->status != xmlSecDSigStatusSucceeded) return Outcome::bad_digest;
  if (ctx->status != xmlSecDSigStatusSucceeded) return Outcome::bad_value;
  auto* bytes = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
  if (bytes == nullptr || xmlSecBufferGetData(bytes) == nullptr) return Outcome::failed;
  content.assign(reinterpret_cast<const char*>(xmlSecBufferGetData(bytes)), xmlSecBufferGetSize(bytes));
  return Outcome::good;
}

std::string_view why(Outcome outcome) {
  switch (outcome) {
    case Outcome::good: return "good";
    case Outcome::bad_digest: return "the content was changed after it was signed";
    case Outcome::bad_value: return "not made by a configured key";
    case Outcome::failed: return "does not fit a configured key, or cannot be read";
  }
  return "";
}

}  // namespace

base::Result<Verified> verified(const Element& element, std::span<const PeerKey> keys, const SignatureRules& rules) {
  if (!start_xmlsec()) return base::Error{base::Code::internal, "xmlsec1 does not start"};
  const auto signatures = element.children("Signature", kDsig);
  if (signatures.size() != 1) return refused(signatures.empty() ? "there is none" : "there are several");
  const auto id = element.attribute("ID").value_or("");
  if (!is_plain_id(id)) return refused("the signed element has no plain ID");
  Element root = element;
  while (root.parent()) root = root.parent();
  if (count_ids(root, id) != 1) return refused("its ID stands in the document more than once");
  if (auto good = check_form(signatures[0], id, rules); !good) return good.error();
  const KnownId known{node_of(element), id};
  if (!known.good()) return refused("its ID cannot be used");
  Outcome outcome = Outcome::failed;
  std::string content;
  for (const auto& key : keys) {
    outcome = try_key(node_of(signatures[0]), key, content);
    if (outcome == Outcome::good || outcome == Outcome::bad_digest) break;
  }
  if (outcome != Outcome::good) return refused(std::string{why(outcome)});
  auto document = Document::parse(content, limits_of_signed(content.size()));
  if (!document || !document->root().is(element.name(), element.ns()) || document->root().attribute("ID") != id) {
    return refused("what was signed is not the element that the signature stands in");
  }
  return Verified{std::move(content), std::move(*document)};
}

base::Result<std::string> sign_root(std::string_view text, const std::string& id, const OwnKey& key) {
  if (!start_xmlsec()) return base::Error{base::Code::internal, "xmlsec1 does not start"};
  const auto failed = [] { return base::Error{base::Code::internal, "XML: cannot sign"}; };
  auto document = Document::parse(text);
  if (!document) return document.error();
  xmlNode* root = node_of(document->root());
  xmlNode* first = xmlFirstElementChild(root);
  const KnownId known{root, id};
  if (first == nullptr || !known.good()) return failed();
  const auto method = key.impl().rsa ? xmlSecTransformRsaSha256Id : xmlSecTransformEcdsaSha256Id;
  xmlNode* signature = xmlSecTmplSignatureCreateNsPref(root->doc, xmlSecTransformExclC14NId, method, nullptr, chars("ds"));
  if (signature == nullptr) return failed();
  xmlAddNextSibling(first, signature);
  xmlNode* reference = xmlSecTmplSignatureAddReference(signature, xmlSecTransformSha256Id, nullptr, chars(("#" + id).c_str()), nullptr);
  const bool made = reference != nullptr && xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) != nullptr &&
                    xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId) != nullptr;
  const DSigCtx ctx{xmlSecDSigCtxCreate(nullptr)};
  if (!made || !ctx) return failed();
  ctx->signKey = key.impl().copy().release();
  if (ctx->signKey == nullptr || xmlSecDSigCtxSign(ctx.get(), signature) < 0 || ctx->status != xmlSecDSigStatusSucceeded) return failed();
  using Buffer = base::Handle<xmlBuffer, xmlBufferFree>;
  const Buffer out{xmlBufferCreate()};
  if (!out || xmlNodeDump(out.get(), root->doc, root, 0, 0) < 0) return failed();
  return std::string{view(xmlBufferContent(out.get()))};
}

}  // namespace xml::dom
