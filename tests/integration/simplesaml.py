"""SimpleSAMLphp (Debian's package) as a SAML 2.0 identity provider: a configuration in a folder of its own, served by PHP's built-in server."""
import pathlib
import subprocess
import urllib.request

import harness

CODE = pathlib.Path("/usr/share/simplesamlphp/www")
PEOPLE = {"alice": {"uid": ["alice"], "mail": ["alice@example.test"], "displayName": ["Alice Ä. Example"], "eduPersonAffiliation": ["member", "staff"]},
          "bob": {"uid": ["bob"], "mail": ["bob@example.test"]}}


def php(value):
    """A value as PHP source."""
    if isinstance(value, dict):
        return "[" + ", ".join(f"{php(k)} => {php(v)}" for k, v in value.items()) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(php(v) for v in value) + "]"
    if value is None or isinstance(value, (bool, int)):
        return {None: "null", True: "true", False: "false"}.get(value, str(value))
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


class SimpleSaml:
    """`services` are the service providers that it knows: entity id -> what its entry holds."""

    def __init__(self):
        self.folder, self.port = harness.temporary_folder(), harness.free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.entity_id, self.sso = self.url + "saml2/idp/metadata.php", self.url + "saml2/idp/SSOService.php"
        for name in ("config", "metadata", "cert", "log", "data", "tmp", "sessions"):
            (self.folder / name).mkdir()
        self.key, self.certificate = self.new_pair("idp")
        self.configure()
        self.write_services({})
        self.process = harness.Process(["php", "-d", f"session.save_path={self.folder}/sessions", "-d", "display_errors=0", "-S", f"127.0.0.1:{self.port}",
                                        "-t", CODE], self.folder / "log/php", env={"SIMPLESAMLPHP_CONFIG_DIR": str(self.folder / "config")})
        self.process.wait_until("the identity provider", lambda: harness.answers(("127.0.0.1", self.port)))

    def new_pair(self, name):
        """(key, certificate) as files."""
        key, certificate = self.folder / f"cert/{name}.pem", self.folder / f"cert/{name}.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}.test"],
                       check=True, capture_output=True, timeout=60)
        return key, certificate

    def configure(self):
        settings = {
            "baseurlpath": self.url, "certdir": f"{self.folder}/cert/", "loggingdir": f"{self.folder}/log/", "datadir": f"{self.folder}/data/",
            "tempdir": f"{self.folder}/tmp", "metadatadir": f"{self.folder}/metadata/", "secretsalt": "a-salt-of-the-tests", "auth.adminpassword": "admin-of-the-tests",
            "enable.saml20-idp": True, "session.cookie.secure": False, "session.cookie.samesite": None, "session.phpsession.savepath": f"{self.folder}/sessions",
            "logging.handler": "file", "module.enable": {"exampleauth": True, "core": True, "saml": True}, "timezone": "UTC",
            "metadata.sources": [{"type": "flatfile"}], "trusted.url.domains": None, "showerrors": True, "errorreporting": False,
        }
        self.write("config/config.php", f"require '/etc/simplesamlphp/config.php'; $config = array_merge($config, {php(settings)});")
        people = {f"{name}:{name}-password": attributes for name, attributes in PEOPLE.items()}
        self.write("config/authsources.php", f"$config = ['admin' => ['core:AdminPassword'], 'people' => array_merge(['exampleauth:UserPass'], {php(people)})];")
        hosted = {"host": "__DEFAULT__", "privatekey": "idp.pem", "certificate": "idp.crt", "auth": "people", "saml20.sign.response": True,
                  "saml20.sign.assertion": True, "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                  "attributes.NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", "userid.attribute": "uid"}
        self.write("metadata/saml20-idp-hosted.php", f"$metadata[{php(self.entity_id)}] = {php(hosted)};")

    def write(self, name, code):
        (self.folder / name).write_text("<?php\n" + code + "\n")

    def write_services(self, services):
        self.write("metadata/saml20-sp-remote.php", "".join(f"$metadata[{php(entity_id)}] = {php(entry)};\n" for entity_id, entry in services.items()))

    def metadata(self):
        with urllib.request.urlopen(self.entity_id, timeout=30 * harness.PATIENCE) as answer:
            return answer.read().decode()

    def understand(self, metadata):
        """What its own parser makes of a service provider's metadata: [entity id, first address, what keys are for]."""
        code = ("require '/usr/share/simplesamlphp/lib/_autoload.php'; $m = SimpleSAML\\Metadata\\SAMLParser::parseString(stream_get_contents(STDIN))->getMetadata20SP();"
                "echo json_encode([$m['entityid'], $m['AssertionConsumerService'][0]['Location'], array_map(fn($k) => [$k['signing'], $k['encryption']], $m['keys'] ?? [])]);")
        done = subprocess.run(["php", "-r", code], input=metadata, capture_output=True, text=True, timeout=60, check=True,
                              env={**harness.plain_environment(), "SIMPLESAMLPHP_CONFIG_DIR": str(self.folder / "config")})
        return done.stdout

    def stop(self):
        self.process.stop()
