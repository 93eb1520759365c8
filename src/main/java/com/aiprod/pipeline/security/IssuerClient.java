package com.aiprod.pipeline.security;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.net.http.HttpClient;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

/** Asks an issuer for its keys. Used by one thread. */
final class IssuerClient implements Callable<JWKSet> {

    private static final ParameterizedTypeReference<Map<String, Object>> CONFIGURATION =
            new ParameterizedTypeReference<>() {};

    private final String issuer;
    private final boolean discovers;
    private final RestClient http;
    private URI keys;

    private IssuerClient(String issuer, String keys, Duration timeout) {
        this.issuer = issuer;
        this.discovers = keys == null;
        this.keys = discovers ? null : URI.create(keys);
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(timeout)
                .build());
        requests.setReadTimeout(timeout);
        this.http = RestClient.builder().requestFactory(requests).build();
    }

    /**
     * Of an issuer whose keys are at a known place.
     *
     * @param timeout of a whole answer, however slowly it comes
     */
    static IssuerClient ofKeys(String jwkSetUri, Duration timeout) {
        return new IssuerClient(null, jwkSetUri, timeout);
    }

    /** Of an issuer who says where his keys are (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3). */
    static IssuerClient ofIssuer(String issuerUri, Duration timeout) {
        return new IssuerClient(issuerUri, null, timeout);
    }

    /**
     * @throws org.springframework.web.client.RestClientException if there is no answer, or another than 200
     * @throws ParseException if the answer is no key set
     * @throws IllegalStateException if the issuer calls himself otherwise, or does not say where his keys are
     */
    @Override
    public JWKSet call() throws ParseException {
        if (keys == null) {
            keys = discover();
        }
        try {
            String set = http.get()
                    .uri(keys)
                    .accept(MediaType.APPLICATION_JSON, MediaType.valueOf("application/jwk-set+json"))
                    .retrieve()
                    .body(String.class);
            return JWKSet.parse(set == null ? "" : set);
        } catch (RuntimeException | ParseException e) {
            if (discovers) {
                // He may have moved them.
                keys = null;
            }
            throw e;
        }
    }

    private URI discover() {
        Map<String, Object> configuration = configuration();
        if (!issuer.equals(configuration.get("issuer"))) {
            throw new IllegalStateException(
                    "The issuer " + issuer + " calls himself " + configuration.get("issuer") + " in his configuration");
        }
        if (!(configuration.get("jwks_uri") instanceof String uri)) {
            throw new IllegalStateException("The issuer " + issuer + " does not say where his keys are");
        }
        return URI.create(uri);
    }

    private Map<String, Object> configuration() {
        UriComponents base = UriComponentsBuilder.fromUriString(issuer).build();
        String path = base.getPath() == null ? "" : base.getPath();
        String openid = "/.well-known/openid-configuration";
        HttpClientErrorException refusal = null;
        for (String place :
                new String[] {path + openid, openid + path, "/.well-known/oauth-authorization-server" + path}) {
            try {
                Map<String, Object> configuration = http.get()
                        .uri(UriComponentsBuilder.newInstance()
                                .uriComponents(base)
                                .replacePath(place)
                                .build()
                                .toUri())
                        .accept(MediaType.APPLICATION_JSON)
                        .retrieve()
                        .body(CONFIGURATION);
                return configuration == null ? Map.of() : configuration;
            } catch (HttpClientErrorException e) {
                refusal = e;
            }
        }
        throw refusal;
    }
}
