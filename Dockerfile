# syntax=docker/dockerfile:1
# One image for every service. SERVICE names the one that a container runs; set it at build or at run:
#   docker build -t switchyard .                        docker run -e SERVICE=router … switchyard
#   docker build -t switchyard-router --build-arg SERVICE=router .
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json ./
COPY libs libs
COPY services services
COPY test test
COPY bench bench
RUN node node_modules/@nestjs/cli/bin/nest.js build && rm -rf dist/test dist/bench dist/.tsbuildinfo

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM ${NODE_IMAGE}
ARG SERVICE=ingress
ENV NODE_ENV=production \
    SERVICE=${SERVICE} \
    SWITCHYARD_HOST=0.0.0.0 \
    SWITCHYARD_HOME=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 8080
# Only ingress speaks HTTP, and it answers for all the others (GET /readyz), so the health check is the composition's.
# The exec form expands no variable: a shell does, and makes way at once, so that node gets the signals.
CMD ["sh", "-c", "exec node --enable-source-maps /app/dist/services/${SERVICE}/src/main.js"]
