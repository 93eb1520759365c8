package com.aiprod.pipeline.api.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells the console how to sign in: {@code GET /console/config.json}. Needs no token and holds no secret. */
@RestController
@ConditionalOnExpression("'${aiprod.roles:api}'.contains('api') and '${aiprod.console.client-id:}' != ''")
class ConsoleSignIn {

    /**
     * What the console needs of the settings.
     *
     * @param issuer the URL of the OpenID Connect issuer, which publishes its endpoints below it
     * @param clientId the console's ID at the issuer, of a public client
     * @param scopes separated by spaces
     * @param token which token of the issuer's response the API accepts: {@code access_token} or {@code id_token}
     */
    record SignIn(String issuer, @JsonProperty("client_id") String clientId, String scopes, String token) {}

    private final SignIn signIn;

    ConsoleSignIn(
            @Value("${aiprod.console.issuer:}") String issuer,
            @Value("${aiprod.console.client-id:}") String clientId,
            @Value("${aiprod.console.scopes:openid profile email}") String scopes,
            @Value("${aiprod.console.token:access_token}") String token) {
        this.signIn = new SignIn(issuer, clientId, scopes, token);
    }

    @GetMapping(path = "/console/config.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<SignIn> read() {
        return ResponseEntity.ok().cacheControl(CacheControl.noCache()).body(signIn);
    }
}
