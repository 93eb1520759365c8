package com.aiprod.pipeline.security;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.security.oauth2.resource.OAuth2ResourceServerProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Decodes tokens of an issuer whose keys are fetched. It replaces Spring Boot's decoder because of how
 * {@link IssuerKeys} fetches keys, and uses Spring Boot's own settings with the same meaning. A key from
 * {@code public-key-location} is left to Spring Boot.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${spring.security.oauth2.resourceserver.jwt.jwk-set-uri:}"
        + "${spring.security.oauth2.resourceserver.jwt.issuer-uri:}'.isBlank()")
class IssuerConfiguration {

    private static final String SETTINGS = "spring.security.oauth2.resourceserver.jwt.";

    /** A small part of the web server's 200 threads. */
    private static final int WAITERS = 32;

    @Bean
    IssuerKeys issuerKeys(
            OAuth2ResourceServerProperties settings,
            MeterRegistry meters,
            @Value("${aiprod.roles:api}") List<String> roles,
            @Value("${aiprod.issuer-keys.timeout:3s}") Duration timeout,
            @Value("${aiprod.issuer-keys.refresh:5m}") Duration refresh,
            @Value("${aiprod.issuer-keys.pause:5s}") Duration pause,
            @Value("${aiprod.issuer-keys.outage:24h}") Duration outage) {
        OAuth2ResourceServerProperties.Jwt jwt = settings.getJwt();
        IssuerClient client = isBlank(jwt.getJwkSetUri())
                ? IssuerClient.ofIssuer(jwt.getIssuerUri(), timeout)
                : IssuerClient.ofKeys(jwt.getJwkSetUri(), timeout);
        IssuerKeys keys = new IssuerKeys(client, new IssuerKeys.Pace(refresh, pause, outage, timeout, WAITERS), meters);
        if (roles.contains("api")) {
            keys.start();
        }
        return keys;
    }

    @Bean
    JwtDecoder issuedTokens(
            OAuth2ResourceServerProperties settings,
            IssuerKeys keys,
            ObjectProvider<OAuth2TokenValidator<Jwt>> furtherRules) {
        OAuth2ResourceServerProperties.Jwt jwt = settings.getJwt();
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms(jwt), keys));
        // The validators below check the claims.
        processor.setJWTClaimsSetVerifier((claims, context) -> {});
        NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
        List<OAuth2TokenValidator<Jwt>> rules = new ArrayList<>();
        rules.add(
                isBlank(jwt.getIssuerUri())
                        ? JwtValidators.createDefault()
                        : JwtValidators.createDefaultWithIssuer(jwt.getIssuerUri()));
        if (!jwt.getAudiences().isEmpty()) {
            rules.add(new JwtClaimValidator<Collection<String>>(
                    JwtClaimNames.AUD, named -> named != null && !Collections.disjoint(named, jwt.getAudiences())));
        }
        furtherRules.orderedStream().forEach(rules::add);
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(rules));
        return decoder;
    }

    /** The configured algorithms; for a discovered issuer, all with public keys, but none with a shared secret. */
    private static Set<JWSAlgorithm> algorithms(OAuth2ResourceServerProperties.Jwt jwt) {
        Set<JWSAlgorithm> algorithms = new HashSet<>();
        if (isBlank(jwt.getJwkSetUri())) {
            algorithms.addAll(JWSAlgorithm.Family.RSA);
            algorithms.addAll(JWSAlgorithm.Family.EC);
            return algorithms;
        }
        for (String name : jwt.getJwsAlgorithms()) {
            if (SignatureAlgorithm.from(name) == null) {
                throw new InvalidConfigurationPropertyValueException(
                        SETTINGS + "jws-algorithms", name, "Unknown algorithm");
            }
            algorithms.add(JWSAlgorithm.parse(name));
        }
        return algorithms;
    }

    private static boolean isBlank(String value) {
        return value == null || value.isBlank();
    }
}
