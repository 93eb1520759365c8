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

/** Fetches the keys of an issuer. Not thread-safe. */
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
     * A client for an issuer whose keys are at a known URI.
     *
     * @param timeout for a whole response, however slowly it arrives
     */
    static IssuerClient ofKeys(String jwkSetUri, Duration timeout) {
        return new IssuerClient(null, jwkSetUri, timeout);
    }

    /**
     * A client for an issuer that publishes the URI of its keys (OpenID Connect Discovery 1.0, section 4; RFC 8414,
     * section 3).
     */
    static IssuerClient ofIssuer(String issuerUri, Duration timeout) {
        return new IssuerClient(issuerUri, null, timeout);
    }

    /**
     * @throws org.springframework.web.client.RestClientException if there is no response, or its status is not 200
     * @throws ParseException if the response is not a key set
     * @throws IllegalStateException if the issuer's configuration has a different issuer, or no {@code jwks_uri}
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
                // The issuer might have moved its keys.
                keys = null;
            }
            throw e;
        }
    }

    private URI discover() {
        Map<String, Object> configuration = configuration();
        if (!issuer.equals(configuration.get("issuer"))) {
            throw new IllegalStateException(
                    "The issuer " + issuer + " identifies itself as " + configuration.get("issuer"));
        }
        if (!(configuration.get("jwks_uri") instanceof String uri)) {
            throw new IllegalStateException("The configuration of the issuer " + issuer + " has no jwks_uri");
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
