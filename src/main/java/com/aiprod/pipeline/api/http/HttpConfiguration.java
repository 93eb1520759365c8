package com.aiprod.pipeline.api.http;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.task.TaskDecorator;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.web.filter.CorsFilter;

/** What a request passes through between the servlet container and its route, in this order. */
@Configuration(proxyBeanMethods = false)
class HttpConfiguration {

    @Bean
    FilterRegistrationBean<RequestIdFilter> requestIdFilter() {
        FilterRegistrationBean<RequestIdFilter> filter = new FilterRegistrationBean<>(new RequestIdFilter());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    /** Runs before Spring Security because a browser's preflight request carries no token. */
    @Bean
    FilterRegistrationBean<CorsFilter> crossOrigin(@Value("${aiprod.api.cors-origins:}") List<String> origins) {
        FilterRegistrationBean<CorsFilter> filter = new FilterRegistrationBean<>(CrossOrigin.filter(origins));
        filter.setEnabled(!origins.isEmpty());
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER - 10);
        return filter;
    }

    @Bean
    FilterRegistrationBean<RequestFilter> requestFilter(
            ApplicationAvailability availability, @Value("${aiprod.api.body-timeout:30s}") Duration bodyTimeout) {
        FilterRegistrationBean<RequestFilter> filter =
                new FilterRegistrationBean<>(new RequestFilter(availability, bodyTimeout));
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 10);
        return filter;
    }

    @Bean("platform-http-engine")
    PlatformHttpEngine asyncHttpEngine(@Value("${server.port}") int port) {
        return new AsyncHttpEngine(port);
    }

    /**
     * Lets every method through: the application returns 405 with the methods that the path allows. Checks header values
     * by the default rule, but not by its regular expression, which would read a token several times for each request.
     */
    @Bean
    HttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setUnsafeAllowAnyHttpMethod(true);
        firewall.setAllowedHeaderValues(HttpConfiguration::isAllowedHeaderValue);
        return firewall;
    }

    private static boolean isAllowedHeaderValue(String value) {
        for (int i = 0; i < value.length(); i = value.offsetByCodePoints(i, 1)) {
            int c = value.codePointAt(i);
            if (c != '\t' && (Character.isISOControl(c) || !Character.isDefined(c))) {
                return false;
            }
        }
        return true;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectorSettings() {
        return tomcat -> {
            tomcat.addEngineValves(new UnreadBodyValve());
            // Tomcat's own rejection of TRACE lists methods that the path does not allow. FilteredRequest rejects it
            // instead.
            tomcat.addConnectorCustomizers(connector -> connector.setAllowTrace(true));
        };
    }

    /** Carries the log context, including the request ID, to the thread that completes a held response. */
    @Bean
    TaskDecorator logContextDecorator() {
        return task -> {
            Map<String, String> context = MDC.getCopyOfContextMap();
            return () -> {
                if (context != null) {
                    MDC.setContextMap(context);
                }
                try {
                    task.run();
                } finally {
                    MDC.clear();
                }
            };
        };
    }
}
