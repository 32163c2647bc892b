"""The stand-in provider and its ways to misbehave.

    idp = Provider()                       # plain HTTP on loopback: http://127.0.0.1:PORT
    idp = Provider(tls=folder)             # https://localhost:PORT; the folder has cert.pem and key.pem (certificates.make);
                                           # the program under test trusts it through upstream.ca_file = folder/ca.pem

It serves plain OAuth 2.0 in GitHub's shape (/login/oauth/authorize, /login/oauth/access_token, /api/user), in Facebook's (/fb/...), and
OpenID Connect: one issuer at `idp.issuer`, and any number of others, `idp.open("name", ...)`, each with keys and documents of its own.

**A fault of one flow** is part of whom the person signs in as: "FAULT.USER", for example "missing-iss.u7" or "ok.u7".

    back = idp.approve(authorization_url, "missing-iss.u7")     # what the browser brings back: {"code": ..., "state": ...}
    idp.default_login = "missing-iss.u7"                        # the same for whoever GETs the authorization URL

What there is, by where it goes wrong (the tables are in faults.py, signatures.py and transport.py):

    faults.CALLBACK    the way back            cb-no-iss, cb-wrong-iss, cb-no-state, cb-wrong-state, cb-error, cb-no-code ...
    faults.TOKEN       instead of tokens       t400, t500, thtml, tgarbage, tredirect, tbig, tdeep, thang ...
    faults.ANSWER      in the token answer     token-type-upper, token-type-dpop, no-expires-in, odd-expires-in, empty-token ...
    faults.CLAIMS      in the id_token         missing-iss, badiss, badaud, audlist, aud-array, expired, noexp, badnonce, bad-c-hash ...
    signatures.WAYS    how it is signed        none, badsig, hs256, hs256-pem, hs256-secret, ps256, nokid, unkkid, encrypted, crit ...
    faults.USERINFO    in userinfo             uibadsub, nosubs ...; ui-signed, ui-signed-badsig ... (signatures.USERINFO: a JWT)
    faults.USER, PROFILE   in a user API       u401, uhtml, unoid ...

**Transport faults** have the name of an endpoint before them: "token-drip.u7", "userinfo-gzip-bomb.u7" (transport.WAYS has the kinds). The
documents are nobody's flow, so their faults belong to an issuer:

    idp.open("slow", jwks="drip")                               # discovery=... likewise; any kind of transport.WAYS
    idp.open("other", metadata={"issuer": "https://evil.example"})      # laid over the metadata; None leaves a member out
    idp.open("weak", keys=[keys.make("RS256", bits=1024)])      # the first one signs
    idp.open("odd", jwks_of=lambda keys: [keys[0] | {"use": "enc"}])    # what is published instead

**A fault of a refresh** has "refresh-" before it: "refresh-badiss.u7" signs in well and is refreshed wrongly (idp.expires_in makes refresh
tokens come along).

`idp.seen` are the last requests, `idp.hits` counts them by path, `idp.called(issuer)` names the endpoints of one issuer that were called.
`issuer.logout_token(...)` makes logout tokens; end_session sends back with the state, without it or with another (`issuer.logout_state`).
"""
