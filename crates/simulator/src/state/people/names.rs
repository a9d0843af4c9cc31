//! What people are called and where they live.

pub(super) const FIRST: &[&str] = &[
    "Ada", "Amir", "Anna", "Ben", "Carla", "Chen", "Clara", "Daniel", "Elena", "Emma", "Farah",
    "Felix", "Grace", "Hana", "Henry", "Ines", "Isaac", "Ivy", "Jack", "Jonas", "Julia", "Kofi",
    "Lara", "Leo", "Lin", "Lucas", "Maria", "Marta", "Max", "Mia", "Nadia", "Noah", "Nora",
    "Oscar", "Paul", "Petra", "Priya", "Quinn", "Ravi", "Rosa", "Ruth", "Sam", "Sara", "Sofia",
    "Theo", "Tom", "Uma", "Vera", "Will", "Yara", "Yusuf", "Zoe",
];

pub(super) const LAST: &[&str] = &[
    "Adams", "Ahmed", "Baker", "Becker", "Brown", "Chen", "Clark", "Costa", "Davis", "Diaz",
    "Evans", "Fischer", "Garcia", "Green", "Haas", "Hill", "Ito", "Jones", "Kaya", "Keller", "Kim",
    "King", "Lee", "Lopez", "Martin", "Meyer", "Miller", "Moore", "Nguyen", "Novak", "Okafor",
    "Olsen", "Patel", "Perez", "Price", "Reed", "Rossi", "Santos", "Sato", "Schmidt", "Silva",
    "Singh", "Stone", "Tanaka", "Taylor", "Turner", "Vogel", "Walker", "Weber", "White", "Wood",
    "Young",
];

pub(super) const TITLES: &[&str] =
    &["Baker", "Buyer", "Designer", "Engineer", "Founder", "Head of Marketing", "Nurse", "Teacher"];

pub(super) const STREETS: &[&str] = &[
    "Cedar Street",
    "Church Lane",
    "Garden Road",
    "High Street",
    "Mill Lane",
    "Oak Avenue",
    "Park Road",
    "Station Street",
];

pub(super) const CATEGORIES: &[&str] = &["Bags", "Hats", "Jackets", "Shirts", "Shoes", "Socks"];

pub(super) const SOURCES: &[&str] = &["checkout", "footer form", "import", "pop-up", "store"];

/// A city.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) region: &'static str,
    pub(super) country: &'static str,
    pub(super) zip: &'static str,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) timezone: &'static str,
    pub(super) locale: &'static str,
}

macro_rules! place {
    ($city:literal, $region:literal, $country:literal, $zip:literal, $latitude:literal, $longitude:literal, $timezone:literal, $locale:literal) => {
        Place {
            city: $city,
            region: $region,
            country: $country,
            zip: $zip,
            latitude: $latitude,
            longitude: $longitude,
            timezone: $timezone,
            locale: $locale,
        }
    };
}

pub(super) const PLACES: &[Place] = &[
    place!(
        "Boston",
        "MA",
        "United States",
        "02110",
        42.3601,
        -71.0589,
        "America/New_York",
        "en-US"
    ),
    place!(
        "New York",
        "NY",
        "United States",
        "10001",
        40.7128,
        -74.006,
        "America/New_York",
        "en-US"
    ),
    place!(
        "Chicago",
        "IL",
        "United States",
        "60601",
        41.8781,
        -87.6298,
        "America/Chicago",
        "en-US"
    ),
    place!("Denver", "CO", "United States", "80202", 39.7392, -104.9903, "America/Denver", "en-US"),
    place!(
        "San Francisco",
        "CA",
        "United States",
        "94103",
        37.7749,
        -122.4194,
        "America/Los_Angeles",
        "en-US"
    ),
    place!("Toronto", "ON", "Canada", "M5H 2N2", 43.6532, -79.3832, "America/Toronto", "en-CA"),
    place!(
        "London",
        "England",
        "United Kingdom",
        "EC1A 1BB",
        51.5074,
        -0.1278,
        "Europe/London",
        "en-GB"
    ),
    place!("Berlin", "Berlin", "Germany", "10115", 52.52, 13.405, "Europe/Berlin", "de-DE"),
    place!("Paris", "Île-de-France", "France", "75001", 48.8566, 2.3522, "Europe/Paris", "fr-FR"),
    place!("Sydney", "NSW", "Australia", "2000", -33.8688, 151.2093, "Australia/Sydney", "en-AU"),
];
