package com.aiprod.pipeline.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationEventPublisher;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.web.PathPatternRequestMatcherBuilderFactoryBean;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Authentication and authorization. A caller is identified by a token that is signed by the issuer in Spring's own
 * {@code spring.security.oauth2.resourceserver.jwt} settings. There is no session, cookie or password.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    /** Allows what the console and the API documentation need; scripts and frames from other origins never run. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data: blob:;"
            + " media-src 'self' blob:; object-src 'none'; base-uri 'none';"
            + " frame-ancestors 'none'";

    private final HandlerExceptionResolver answers;
    private final String consolePolicy;

    /**
     * @param consoleClient the console's client ID; blank without a console
     * @param consoleIssuer where the console signs in, the only other origin that it may call
     */
    SecurityConfiguration(
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver answers,
            @Value("${aiprod.console.client-id:}") String consoleClient,
            @Value("${aiprod.console.issuer:}") String consoleIssuer) {
        this.answers = answers;
        this.consolePolicy = consoleClient.isBlank()
                ? CONTENT_SECURITY_POLICY
                : CONTENT_SECURITY_POLICY + "; connect-src 'self' " + origin(consoleIssuer);
    }

    /** Only for the console: no other response names the issuer's host. */
    private void letConsoleSignIn(HttpServletRequest request, HttpServletResponse response) {
        if (request.getRequestURI().startsWith("/console/")) {
            response.setHeader("Content-Security-Policy", consolePolicy);
        }
    }

    private static String origin(String url) {
        return UriComponentsBuilder.fromUriString(url)
                .replacePath(null)
                .replaceQuery(null)
                .fragment(null)
                .userInfo(null)
                .build()
                .toUriString();
    }

    @Bean
    SecurityFilterChain securityFilterChain(HttpSecurity http, ObjectProvider<JwtDecoder> issuers) throws Exception {
        http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                // Spring would write Cache-Control before a route sets it.
                .headers(headers -> headers.cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                        .contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT_SECURITY_POLICY))
                        .addHeaderWriter(this::letConsoleSignIn)
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
                .exceptionHandling(
                        failure -> failure.authenticationEntryPoint(challenge()).accessDeniedHandler(refusal()))
                .addFilterBefore(new AuditLog.Caller(), AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests
                        // The first dispatch of the request was already checked.
                        .dispatcherTypeMatchers(DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers(EndpointRequest.to("health", "prometheus"))
                        .permitAll()
                        .requestMatchers("/openapi.json", "/docs", "/docs/**", "/", "/console", "/console/**")
                        .permitAll()
                        .requestMatchers(EndpointRequest.toAnyEndpoint())
                        .hasAuthority("admin")
                        .requestMatchers("/admin/**")
                        .hasAuthority("admin")
                        .anyRequest()
                        .authenticated());
        // A process without the role 'api' needs no issuer, and then authenticates nobody.
        JwtDecoder issuer = issuers.getIfAvailable();
        if (issuer != null) {
            http.oauth2ResourceServer(server -> server.bearerTokenResolver(bearerTokens())
                    .authenticationEntryPoint(challenge())
                    .accessDeniedHandler(refusal())
                    .jwt(jwt -> jwt.decoder(new VerifiedTokens(issuer))
                            .jwtAuthenticationConverter(
                                    token -> new JwtAuthenticationToken(token, authorities(token), token.getSubject())))
                    .withObjectPostProcessor(unavailableIssuerIs503()));
        }
        return http.build();
    }

    /** The default matches by Spring MVC's handlers, which {@link NoHandlerLookup} leaves out. */
    @Bean
    PathPatternRequestMatcherBuilderFactoryBean requestMatcherBuilder() {
        return new PathPatternRequestMatcherBuilderFactoryBean();
    }

    @Bean
    static NoHandlerLookup noHandlerLookup() {
        return new NoHandlerLookup();
    }

    /** Outside every filter that responds, and inside the one that assigns the request ID. */
    @Bean
    FilterRegistrationBean<AuditLog> auditLog() {
        FilterRegistrationBean<AuditLog> filter = new FilterRegistrationBean<>(new AuditLog());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return filter;
    }

    /** The default delegates to an error page that the same firewall rejects. */
    @Bean
    RequestRejectedHandler requestRejectedHandler() {
        return (request, response, failure) -> answers.resolveException(request, response, null, failure);
    }

    /** Rules beyond signature, times, issuer and audience, which Spring Boot's validators check. */
    @Bean
    OAuth2TokenValidator<Jwt> tokenRules() {
        return new TokenRules();
    }

    /** A span and a timer for each of a dozen filters would cost a third of a request; the request has its own. */
    @Bean
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }

    /** Nothing listens to Spring's authentication events; the audit log records callers. */
    @Bean
    AuthenticationEventPublisher authenticationEventPublisher() {
        return new AuthenticationEventPublisher() {
            @Override
            public void publishAuthenticationSuccess(Authentication caller) {
                // The audit log records it.
            }

            @Override
            public void publishAuthenticationFailure(AuthenticationException failure, Authentication caller) {
                // The audit log records it.
            }
        };
    }

    private static List<SimpleGrantedAuthority> authorities(Jwt token) {
        return token.getClaim("roles") instanceof Collection<?> roles && roles.contains("admin")
                ? List.of(new SimpleGrantedAuthority("admin"))
                : List.of();
    }

    private static BearerTokenResolver bearerTokens() {
        return new BoundedBearerTokenResolver();
    }

    /** RFC 6750: names the error if a token was sent, but reveals no more about the reason than the sender can know. */
    private AuthenticationEntryPoint challenge() {
        return (request, response, failure) -> {
            response.setHeader(
                    HttpHeaders.WWW_AUTHENTICATE,
                    failure instanceof OAuth2AuthenticationException
                            ? "Bearer error=\"invalid_token\", error_description=\"The access token is malformed,"
                                    + " expired, or not meant for this service\""
                            : "Bearer");
            answers.resolveException(request, response, null, failure);
        };
    }

    private AccessDeniedHandler refusal() {
        return (request, response, failure) -> {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"");
            answers.resolveException(request, response, null, failure);
        };
    }

    /** If the issuer is unavailable, the token cannot be judged: 503, not 401, and not 500 as by default. */
    private ObjectPostProcessor<BearerTokenAuthenticationFilter> unavailableIssuerIs503() {
        return new ObjectPostProcessor<>() {
            @Override
            public <O extends BearerTokenAuthenticationFilter> O postProcess(O filter) {
                filter.setAuthenticationFailureHandler((request, response, failure) -> {
                    if (failure instanceof AuthenticationServiceException) {
                        answers.resolveException(request, response, null, failure);
                    } else {
                        challenge().commence(request, response, failure);
                    }
                });
                return filter;
            }
        };
    }
}
