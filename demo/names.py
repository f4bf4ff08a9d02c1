"""Names for made-up people, as mixed as a Californian adult school's."""

FAMILY = (
    "Abdi, Aguilar, Alvarado, Baptiste, Barsegyan, Begum, Castellanos, Chaudhry, Chen, "
    "Cruz-Reyes, Dang, Delgado, Fa'asavalu, Flores, García-López, Ghaznavi, Gonzales, Haile, "
    "Hernández, Ibrahim, Iskandar, Johnson, Kaur, Kovalenko, Lê, Lemus, Mahmoudi, Martínez, "
    "Mendoza, Moua, Nguyễn, Núñez, O'Brien, Ochoa, Ortiz, Petrosyan, Phan, Quiñones, Ramírez, "
    "Saechao, Santos, Singh, Smith, Tekle, Torres, Tran, Vang, Washington, Xiong, Yousafzai, "
    "Zavala"
).split(", ")
GIVEN = (
    "Adriana, Aisha, Amina, Andrés, Anh, Ashley, Beatriz, Carlos, Chue, Daniel, Elena, Esperanza, "
    "Farid, Gabriela, Hamid, Hương, Ikram, José, Jasdeep, Kevin, Lidia, Lucía, Mai, Manuel, "
    "María de los Ángeles, Mariam, Michael, Nadia, Olena, Óscar, Pao, Patricia, Rosa, Samuel, "
    "Selam, Sofía, Tigist, Tuan, Verónica, Yesenia, Zahra, Zoë"
).split(", ")
